using GardenerML.Checkpoints;
using OpenCvSharp;

namespace GardenerML.Pretraining;

/// <summary>A clip, what a model of masked pretraining saw of it, and what it made of that. Immutable.</summary>
public sealed class ClipReconstruction
{
    private const int Gap = 2;
    private const int SmallestSide = 96;

    internal ClipReconstruction(int frameCount, int side, byte[] original, byte[] masked, byte[] reconstructed, double loss)
    {
        (FrameCount, Side) = (frameCount, side);
        (Original, Masked, Reconstructed, Loss) = (original, masked, reconstructed, loss);
    }

    /// <summary>Frames of the clip.</summary>
    public int FrameCount { get; }

    /// <summary>Height and width of a frame in pixels.</summary>
    public int Side { get; }

    /// <summary>The clip: uint8 [frames, height, width, 3], red, green, blue.</summary>
    public ReadOnlyMemory<byte> Original { get; }

    /// <summary>The same with the hidden tubelets grey.</summary>
    public ReadOnlyMemory<byte> Masked { get; }

    /// <summary>
    /// The same with the hidden tubelets as the model fills them in. It predicts pixels whose mean and contrast are taken out; these
    /// are put back from the original, as MCG-NJU/VideoMAE's <c>run_videomae_vis.py</c> does.
    /// </summary>
    public ReadOnlyMemory<byte> Reconstructed { get; }

    /// <summary>
    /// Mean squared error of the hidden pixels, their mean and contrast taken out. An even grey would give just below 1, and less
    /// where hidden tubelets are of one colour.
    /// </summary>
    public double Loss { get; }

    /// <summary>
    /// Writes a PNG: the frames from left to right; from top to bottom the original, what the model saw, and what it made of it.
    /// Small frames are enlarged.
    /// </summary>
    /// <param name="path">The file; it appears whole or not at all.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SavePng(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var scale = Math.Max(1, (SmallestSide + Side - 1) / Side);
        var (cell, frameLength) = (Side * scale + Gap, Side * Side * 3);
        ReadOnlyMemory<byte>[] rows = [Original, Masked, Reconstructed];
        using var strip = new Mat(rows.Length * cell - Gap, FrameCount * cell - Gap, MatType.CV_8UC3, Scalar.White);
        for (var row = 0; row < rows.Length; row++)
        {
            for (var frame = 0; frame < FrameCount; frame++)
            {
                var pixels = rows[row].Slice(frame * frameLength, frameLength).ToArray();
                using var rgb = Mat.FromPixelData(Side, Side, MatType.CV_8UC3, pixels);
                using var bgr = new Mat();
                Cv2.CvtColor(rgb, bgr, ColorConversionCodes.RGB2BGR);
                using var place = new Mat(strip, new Rect(frame * cell, row * cell, Side * scale, Side * scale));
                Cv2.Resize(bgr, place, place.Size(), interpolation: InterpolationFlags.Nearest);
            }
        }
        Cv2.ImEncode(".png", strip, out var png);
        AtomicFile.Write(path, stream => stream.Write(png));
    }
}
