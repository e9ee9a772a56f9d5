using System.Numerics;
using OpenCvSharp;

namespace GardenerML.Samples.Motion;

/// <summary>
/// All of a clip that its seed decides before the class is known: the object, the ground, the first pose and the speeds.
/// </summary>
internal sealed class MotionScene
{
    /// <summary>Patch pixels for an image pixel at the largest radius: the samples a side that the renderer takes.</summary>
    private const int PatchScale = 2;

    /// <summary>The outline is drawn this much finer than the patch, then averaged.</summary>
    private const int OutlineScale = 4;

    private MotionScene(int imageSize, MotionDifficulty difficulty, ref MotionRandom random)
    {
        Start = MotionPose.Draw(ref random);
        Speed = MotionSpeed.Draw(ref random);
        IsInverted = random.Index(2) == 1 && difficulty == MotionDifficulty.Inverted;
        NoiseAmplitude = difficulty == MotionDifficulty.Hard ? 6 : 4;

        PatchSize = (int)MathF.Ceiling(2 * PatchScale * MotionPose.LargestRadius * imageSize) + 2;
        var outline = Outline(MotionShape.Draw(ref random), PatchSize);
        var texture = MotionTexture.Draw(ref random, PatchSize);
        var groundTexture = MotionTexture.Draw(ref random, imageSize);
        var palette = MotionPalette.Draw(ref random, difficulty);

        Patch = new Vector4[PatchSize * PatchSize];
        for (var i = 0; i < Patch.Length; i++)
        {
            var opacity = outline[i] / 255f;
            Patch[i] = new(opacity * Vector3.Lerp(palette.Object, palette.ObjectOther, texture[i]), opacity);
        }
        Ground = Array.ConvertAll(groundTexture, t => Vector3.Lerp(palette.Ground, palette.GroundOther, t));
    }

    public MotionPose Start { get; }

    public MotionSpeed Speed { get; }

    public bool IsInverted { get; }

    /// <summary>Largest change by noise of a channel of a pixel.</summary>
    public int NoiseAmplitude { get; }

    /// <summary>Side of <see cref="Patch"/> in pixels. The outline has a margin of one pixel, which is clear.</summary>
    public int PatchSize { get; }

    /// <summary>The object: red, green, blue in 0 .. 255 times opacity, then opacity in 0 .. 1.</summary>
    public Vector4[] Patch { get; }

    /// <summary>The ground, a colour for each pixel of the image.</summary>
    public Vector3[] Ground { get; }

    public static MotionScene Draw(int imageSize, MotionDifficulty difficulty, ref MotionRandom random) =>
        new(imageSize, difficulty, ref random);

    public static byte[] Outline(Point2f[] shape, int patchSize)
    {
        const int FractionBits = 4;
        var size = patchSize * OutlineScale;
        var radius = (patchSize - 2) / 2f * OutlineScale;
        var corners = Array.ConvertAll(shape, corner => new Point(
            (int)MathF.Round(((size / 2f) - 0.5f + (radius * corner.X)) * (1 << FractionBits)),
            (int)MathF.Round(((size / 2f) - 0.5f + (radius * corner.Y)) * (1 << FractionBits))));

        using var fine = new Mat(size, size, MatType.CV_8UC1, Scalar.Black);
        Cv2.FillPoly(fine, [corners], Scalar.White, LineTypes.Link8, FractionBits);
        var outline = new byte[patchSize * patchSize];
        using var average = Mat.FromPixelData(patchSize, patchSize, MatType.CV_8UC1, outline);
        Cv2.Resize(fine, average, average.Size(), 0, 0, InterpolationFlags.Area);
        return outline;
    }
}
