using static TorchSharp.torch;

namespace GardenerML.Training;

/// <summary>The random parts of a training step: stochastic depth and head dropout, from a generator of their own.</summary>
internal sealed class StochasticRegularisation(VideoClassifierOptions options, int blockCount, Generator generator)
{
    /// <summary>
    /// Drops the residuals of a block for some clips and scales the others up; the probability rises linearly with depth
    /// (arXiv 1603.09382).
    /// </summary>
    public Tensor DropPath(int block, Tensor residual) =>
        Drop(residual, [residual.shape[0], 1, 1], options.DropPath * block / Math.Max(1, blockCount - 1));

    /// <summary>Drops features before the head.</summary>
    public Tensor HeadDropout(Tensor features) => Drop(features, features.shape, options.HeadDropout);

    private Tensor Drop(Tensor values, long[] shape, double probability)
    {
        if (probability == 0)
            return values;
        using var kept = rand(shape, device: values.device, generator: generator).ge(probability);
        using var scale = kept.to(values.dtype).mul_(1 / (1 - probability));
        return values.mul(scale);
    }
}
