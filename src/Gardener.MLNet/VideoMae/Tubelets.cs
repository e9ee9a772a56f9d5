using GardenerML.Interop;
using static TorchSharp.torch;

namespace GardenerML.VideoMae;

/// <summary>
/// Clips cut into the tubelets that become tokens, in (time, row, column) order; the pixels of each in (frame, row, column,
/// channel) order, which is also that of the decoder's output in published checkpoints.
/// </summary>
internal static class Tubelets
{
    private const double Epsilon = 1e-6;

    /// <summary>Frames [B, T, H, W, 3] -> [B, tokens, pixels of a tubelet], of the same type.</summary>
    public static Tensor Cut(Tensor frames, VideoMaeConfiguration configuration)
    {
        int patch = configuration.PatchSize, tubelet = configuration.TubeletSize, side = configuration.PatchesPerSide;
        using var scope = NewDisposeScope();
        return frames
            .view(-1, configuration.TimeSteps, tubelet, side, patch, side, patch, 3)
            .permute(0, 1, 3, 5, 2, 4, 6, 7)
            .reshape(-1, configuration.TokenCount, configuration.TubeletPixelCount).MoveToOuterDisposeScope();
    }

    /// <summary>The reverse of <see cref="Cut"/>: [B, tokens, pixels of a tubelet] -> [B, T, H, W, 3].</summary>
    public static Tensor Join(Tensor tubelets, VideoMaeConfiguration configuration)
    {
        int patch = configuration.PatchSize, tubelet = configuration.TubeletSize, side = configuration.PatchesPerSide;
        using var scope = NewDisposeScope();
        return tubelets
            .view(-1, configuration.TimeSteps, side, side, tubelet, patch, patch, 3)
            .permute(0, 1, 4, 2, 5, 3, 6, 7)
            .reshape(-1, configuration.FrameCount, configuration.ImageSize, configuration.ImageSize, 3).MoveToOuterDisposeScope();
    }

    /// <summary>Some tubelets of each clip.</summary>
    /// <param name="tubelets">[B, tokens, pixels of a tubelet].</param>
    /// <param name="places">Which: [B, n], Int64.</param>
    /// <returns>[B, n, pixels of a tubelet].</returns>
    public static Tensor Select(Tensor tubelets, Tensor places)
    {
        using var scope = NewDisposeScope();
        long clips = tubelets.shape[0], tokens = tubelets.shape[1];
        var rows = places.Plus(TensorNumbers.Indices(clips, places.device).Times(tokens).unsqueeze(1)).flatten();
        return tubelets.view(clips * tokens, -1).index_select(0, rows).view(clips, places.shape[1], -1).MoveToOuterDisposeScope();
    }

    /// <summary>Pixels of a tubelet from (frame, row, column, channel) order to the kernel's, channel first.</summary>
    public static Tensor InKernelOrder(Tensor tubelets, VideoMaeConfiguration configuration)
    {
        long clips = tubelets.shape[0], count = tubelets.shape[1], pixels = configuration.TubeletPixelCount;
        using var scope = NewDisposeScope();
        return tubelets.view(clips, count, pixels / 3, 3).transpose(2, 3).reshape(clips, count, pixels).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// What the decoder predicts: each channel of a tubelet less its mean, divided by its standard deviation (unbiased) plus 1e-6,
    /// as in MCG-NJU/VideoMAE's <c>engine_for_pretraining.py</c>.
    /// </summary>
    /// <param name="tubelets">Pixels in [0, 1]: [B, n, pixels of a tubelet].</param>
    /// <returns>The normalised pixels, and the mean and divisor of each channel: [B, n, 1, 3].</returns>
    public static (Tensor Values, Tensor Mean, Tensor Divisor) Normalise(Tensor tubelets)
    {
        using var scope = NewDisposeScope();
        var channels = tubelets.view(tubelets.shape[0], tubelets.shape[1], -1, 3);
        var mean = channels.mean([2], keepdim: true);
        var divisor = channels.var([2], unbiased: true, keepdim: true).sqrt().Plus(Epsilon);
        var values = channels.sub(mean).div(divisor).view(tubelets.shape);
        return (values.MoveToOuterDisposeScope(), mean.MoveToOuterDisposeScope(), divisor.MoveToOuterDisposeScope());
    }
}
