using System.Numerics;
using GardenerML.Samples.Motion;

namespace GardenerML.Samples.Curriculum;

/// <summary>
/// All of a clip that its seed decides before the class is known. Its memory is used again for the next clip.
/// </summary>
internal sealed class ActionScene
{
    /// <summary>The ground is this many images wide and high.</summary>
    private const int GroundSides = 2;

    private const int CopiesOfBystander = 3;

    private readonly float[] _pattern;
    private readonly Vector4[] _rows;

    public ActionScene(int imageSize)
    {
        Ground = new(GroundSides * imageSize);
        // An image pixel for a patch pixel at a middle radius, so that edges neither flicker nor blur at the others.
        Patch = new((int)MathF.Ceiling(0.56f * imageSize) + 2);
        _pattern = new float[Ground.Pixels.Length];
        _rows = new Vector4[Ground.Pixels.Length];
    }

    /// <summary>
    /// What is still: the ground and objects that lie on it. It is without end: each edge goes on at the opposite one.
    /// </summary>
    public ActionImage Ground { get; }

    /// <summary>The object, colours times opacity, with a clear margin of one pixel.</summary>
    public ActionImage Patch { get; }

    public MotionPose Start { get; private set; }

    public ActionPace Pace { get; private set; }

    /// <summary>Where in <see cref="Ground"/> the object begins, in pixels.</summary>
    public Vector2 GroundStart { get; private set; }

    /// <summary>Pixels of the ground for a pixel of the first frame.</summary>
    public float GroundScale { get; private set; }

    /// <summary>Radians by which the ground is turned in the first frame, clockwise.</summary>
    public float GroundAngle { get; private set; }

    /// <summary>Largest change by noise of a channel of a pixel.</summary>
    public float NoiseAmplitude { get; private set; }

    public void Draw(MotionDifficulty difficulty, ref MotionRandom random)
    {
        Start = MotionPose.Draw(ref random);
        Pace = ActionPace.Draw(ref random);
        GroundStart = Ground.Size * new Vector2(random.Uniform(0, 1), random.Uniform(0, 1));
        GroundScale = MathF.Exp(random.Uniform(-0.3f, 0.3f));
        GroundAngle = random.Uniform(0, MathF.Tau);
        NoiseAmplitude = random.Uniform(2, 7);
        var isInverted = random.Index(2) == 1 && difficulty == MotionDifficulty.Inverted;
        var isSoft = random.Index(3) == 0;

        var palette = MotionPalette.Draw(ref random, difficulty);
        DrawGround(Contrasted(palette, difficulty, ref random), isInverted, ref random);
        var bystanders = random.Index(difficulty < MotionDifficulty.AnyColour ? 2 : 3);
        for (var i = 0; i < bystanders; i++)
        {
            DrawPatch(MotionPalette.Draw(ref random, difficulty), isInverted, ref random);
            for (var copy = 0; copy < CopiesOfBystander; copy++)
            {
                var pose = MotionPose.Draw(ref random);
                Patch.DrawOver(Ground.Pixels, Ground.Size, pose with { Radius = pose.Radius / GroundSides }, 1);
            }
        }
        if (isSoft)
            Soften(Ground);

        DrawPatch(palette, isInverted, ref random);
        if (isSoft)
            Soften(Patch);
    }

    /// <summary>
    /// Where the object looks mild the ground is mild too, but not so mild that a moving camera could not be seen. A dark
    /// ground stays darker than a bright object.
    /// </summary>
    private static MotionPalette Contrasted(MotionPalette palette, MotionDifficulty difficulty, ref MotionRandom random)
    {
        if (difficulty == MotionDifficulty.Hard)
            return palette;
        var difference = palette.GroundOther - palette.Ground;
        difference *= random.Uniform(60, 90) / MathF.Max(difference.Length(), 1);
        var other = Vector3.Clamp(palette.Ground + difference, Vector3.Zero, new(255));
        var opposite = Vector3.Clamp(palette.Ground - difference, Vector3.Zero, new(255));
        var isFarther = Vector3.Distance(other, palette.Ground) >= Vector3.Distance(opposite, palette.Ground);
        return palette with { GroundOther = isFarther ? other : opposite };
    }

    private void DrawGround(MotionPalette palette, bool isInverted, ref MotionRandom random)
    {
        ActionTexture.Fill(_pattern, Ground.Size, ref random);
        for (var i = 0; i < _pattern.Length; i++)
            Ground.Pixels[i] = new(Seen(Vector3.Lerp(palette.Ground, palette.GroundOther, _pattern[i]), isInverted), 1);
    }

    private void DrawPatch(MotionPalette palette, bool isInverted, ref MotionRandom random)
    {
        var outline = MotionScene.Outline(MotionShape.Draw(ref random), Patch.Size);
        var texture = MotionTexture.Draw(ref random, Patch.Size);
        for (var i = 0; i < texture.Length; i++)
        {
            var colour = Seen(Vector3.Lerp(palette.Object, palette.ObjectOther, texture[i]), isInverted);
            Patch.Pixels[i] = outline[i] / 255f * new Vector4(colour, 1);
        }
    }

    private static Vector3 Seen(Vector3 colour, bool isInverted) => isInverted ? new Vector3(255) - colour : colour;

    /// <summary>A lens out of focus: means of 3 x 3 pixels; the pixels at the edges stay.</summary>
    private void Soften(ActionImage image)
    {
        var (size, pixels) = (image.Size, image.Pixels);
        pixels.CopyTo(_rows, 0);
        for (var y = 0; y < size; y++)
        {
            for (var x = 1; x < size - 1; x++)
            {
                var at = (y * size) + x;
                _rows[at] = (pixels[at - 1] + pixels[at] + pixels[at + 1]) / 3;
            }
        }
        for (var at = size; at < pixels.Length - size; at++)
            pixels[at] = (_rows[at - size] + _rows[at] + _rows[at + size]) / 3;
    }
}
