using GardenerML.Interop;
using static TorchSharp.torch;

namespace GardenerML.Training;

/// <summary>
/// The random parts of a training step: stochastic depth and head dropout. Drawn for all samples of the step at once, in main
/// memory, so that they depend neither on the micro-batches nor on the device.
/// </summary>
internal sealed class StochasticRegularisation : IDisposable
{
    private readonly double _dropPath;
    private readonly double _headDropout;
    private readonly int _blockCount;
    private readonly Tensor? _paths;
    private readonly Tensor? _features;

    /// <summary>Draws the numbers.</summary>
    /// <param name="options">The probabilities.</param>
    /// <param name="blockCount">Blocks of the model.</param>
    /// <param name="width">Width of the features.</param>
    /// <param name="samples">Samples of the step.</param>
    /// <param name="seed">What they are drawn by.</param>
    public StochasticRegularisation(VideoClassifierOptions options, int blockCount, int width, int samples, ulong seed)
    {
        (_dropPath, _headDropout, _blockCount) = (options.DropPath, options.HeadDropout, blockCount);
        using var generator = new Generator(seed, CPU);
        // Two residuals a block.
        _paths = _dropPath > 0 ? rand([blockCount, 2, samples], generator: generator).DetachFromDisposeScope() : null;
        _features = _headDropout > 0 ? rand([samples, width], generator: generator).DetachFromDisposeScope() : null;
    }

    /// <summary>
    /// Drops the residuals of a block for some samples and scales the others up; the probability rises linearly with depth
    /// (arXiv 1603.09382). Null where there is nothing to drop.
    /// </summary>
    /// <param name="start">The first sample of the micro-batch.</param>
    /// <param name="count">How many there are.</param>
    /// <returns>For the number of a block, its attention's residual first and its MLP's next.</returns>
    public Func<int, Tensor, Tensor>? DropPath(int start, int count)
    {
        if (_paths is null)
            return null;
        var calls = new int[_blockCount];
        return (block, residual) =>
        {
            using var numbers = _paths[block, calls[block]++ % 2].narrow(0, start, count);
            using var shaped = numbers.view(-1, 1, 1);
            return Drop(residual, shaped, _dropPath * block / Math.Max(1, _blockCount - 1));
        };
    }

    /// <summary>Drops features before the head; null where there is nothing to drop.</summary>
    public Func<Tensor, Tensor>? HeadDropout(int start, int count) => _features is null ? null : features =>
    {
        using var numbers = _features.narrow(0, start, count);
        return Drop(features, numbers, _headDropout);
    };

    private static Tensor Drop(Tensor values, Tensor numbers, double probability)
    {
        if (probability == 0)
            return values;
        using var kept = numbers.IsAtLeast(probability);
        using var scale = kept.to(ScalarType.Float32).TimesInPlace(1 / (1 - probability));
        using var there = scale.to(values.device, copy: true);
        return values.mul(there);
    }

    public void Dispose()
    {
        _paths?.Dispose();
        _features?.Dispose();
    }
}
