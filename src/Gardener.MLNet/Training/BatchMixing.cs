using GardenerML.Interop;
using static TorchSharp.torch;

namespace GardenerML.Training;

/// <summary>
/// How the clips of a batch are mixed: sample i with sample B - 1 - i, one share for the batch, as timm's <c>Mixup</c> does in
/// its batch mode.
/// </summary>
/// <param name="Share">The clip's own share, of pixels and label; the rest is the other's.</param>
/// <param name="Box">The rectangle that is the other's; null where every pixel is mixed.</param>
internal readonly record struct BatchMixing(double Share, PixelBox? Box)
{
    /// <summary>Nothing is mixed.</summary>
    public static BatchMixing None => new(1, null);

    /// <summary>Draws how a batch is mixed.</summary>
    /// <param name="options">The distributions.</param>
    /// <param name="side">Height and width of a frame.</param>
    /// <param name="random">Where the numbers come from.</param>
    public static BatchMixing Draw(ClipAugmentation options, int side, Random random)
    {
        if (!options.MixesClips)
            return None;
        var pastes = options.CutMix > 0 && (options.Mixup == 0 || random.NextDouble() < 0.5);
        if (!pastes)
            return new BatchMixing(BetaDistribution.Sample(options.Mixup, random), null);

        var cut = (int)(side * Math.Sqrt(1 - BetaDistribution.Sample(options.CutMix, random)));
        var (row, column) = (random.Next(side), random.Next(side));
        var (top, left) = (Math.Max(0, row - cut / 2), Math.Max(0, column - cut / 2));
        var (bottom, right) = (Math.Min(side, row + cut / 2), Math.Min(side, column + cut / 2));
        var box = new PixelBox(top, left, bottom - top, right - left);
        // The part that lies within the frame counts.
        return box.Area == 0 ? None : new BatchMixing(1 - box.Area / (double)(side * side), box);
    }

    /// <summary>Mixes clips in place.</summary>
    /// <param name="clips">[B, 3, T, H, W], normalised.</param>
    /// <param name="others">Those they are mixed with, of the same shape.</param>
    public void Apply(Tensor clips, Tensor others)
    {
        if (Box is not { } box)
        {
            clips.TimesInPlace(Share).PlusInPlace(others, 1 - Share);
            return;
        }
        using var target = Cut(clips);
        using var source = Cut(others);
        target.copy_(source);

        Tensor Cut(Tensor from)
        {
            using var rows = from.narrow(3, box.Top, box.Height);
            return rows.narrow(4, box.Left, box.Width);
        }
    }
}
