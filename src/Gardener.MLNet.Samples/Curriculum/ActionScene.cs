using System.Numerics;
using GardenerML.Samples.Motion;

namespace GardenerML.Samples.Curriculum;

/// <summary>
/// All of a clip that its seed decides before the class is known. Its memory is used again for the next clip.
/// </summary>
internal sealed class ActionScene
{
    private const int MostBystanders = 2;

    private readonly Vector4[] _base;
    private readonly Vector4[] _rows;

    public ActionScene(int imageSize)
    {
        _base = new Vector4[imageSize * imageSize];
        Ground = new(2 * imageSize);
        // An image pixel for a patch pixel at a middle radius, so that edges neither flicker nor blur at the others.
        Patch = new((int)MathF.Ceiling(0.56f * imageSize) + 2);
        _rows = new Vector4[Math.Max(_base.Length, Patch.Pixels.Length)];
    }

    /// <summary>
    /// What is still: the ground and objects that lie on it, twice the size of an image each way and without end, since
    /// it is mirrored at its middle and its edges.
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

    /// <summary>Largest change by noise of a channel of a pixel.</summary>
    public float NoiseAmplitude { get; private set; }

    public void Draw(MotionDifficulty difficulty, ref MotionRandom random)
    {
        Start = MotionPose.Draw(ref random);
        Pace = ActionPace.Draw(ref random);
        GroundStart = Ground.Size * new Vector2(random.Uniform(0, 1), random.Uniform(0, 1));
        GroundScale = MathF.Exp(random.Uniform(-0.3f, 0.3f));
        NoiseAmplitude = random.Uniform(2, 7);
        var isInverted = random.Index(2) == 1 && difficulty == MotionDifficulty.Inverted;
        var isSoft = random.Index(3) == 0;

        var palette = MotionPalette.Draw(ref random, difficulty);
        DrawGround(Contrasted(palette, difficulty), isInverted, ref random);
        var bystanders = random.Index(MostBystanders + 1);
        for (var i = 0; i < bystanders; i++)
        {
            DrawPatch(MotionPalette.Draw(ref random, difficulty), isInverted, ref random);
            var pose = MotionPose.Draw(ref random);
            Patch.DrawOver(_base, (int)MathF.Sqrt(_base.Length), pose, 1);
        }
        if (isSoft)
            Soften(_base);
        Mirror();

        DrawPatch(palette, isInverted, ref random);
        if (isSoft)
            Soften(Patch.Pixels);
    }

    /// <summary>Where the object looks mild the ground is mild too, but not so mild that a moving camera could not be seen.</summary>
    private static MotionPalette Contrasted(MotionPalette palette, MotionDifficulty difficulty)
    {
        var factor = difficulty switch
        {
            MotionDifficulty.Consistent or MotionDifficulty.Inverted => 3,
            MotionDifficulty.AnyColour => 2,
            _ => 1,
        };
        var other = palette.Ground + (factor * (palette.GroundOther - palette.Ground));
        return palette with { GroundOther = Vector3.Clamp(other, Vector3.Zero, new(255)) };
    }

    private void DrawGround(MotionPalette palette, bool isInverted, ref MotionRandom random)
    {
        var texture = MotionTexture.Draw(ref random, Ground.Size / 2);
        for (var i = 0; i < texture.Length; i++)
            _base[i] = new(Seen(Vector3.Lerp(palette.Ground, palette.GroundOther, texture[i]), isInverted), 1);
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
    private void Soften(Vector4[] pixels)
    {
        var size = (int)MathF.Sqrt(pixels.Length);
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

    private void Mirror()
    {
        var size = Ground.Size;
        var half = size / 2;
        for (var y = 0; y < half; y++)
        {
            var row = Ground.Pixels.AsSpan(y * size, size);
            _base.AsSpan(y * half, half).CopyTo(row);
            row[..half].CopyTo(row[half..]);
            row[half..].Reverse();
            row.CopyTo(Ground.Pixels.AsSpan((size - 1 - y) * size));
        }
    }
}
