using GardenerML.Checkpoints;

namespace GardenerML.Pruning;

/// <summary>What a model costs that has some of a checkpoint's blocks.</summary>
internal abstract class ModelCosts
{
    /// <summary>Number of parameters.</summary>
    public abstract double Parameters(IReadOnlyList<int> kept);

    /// <summary>Multiply-adds of a clip in units of 10^9.</summary>
    /// <exception cref="NotSupportedException">The model's computation is not known.</exception>
    public abstract double GigaFlops(IReadOnlyList<int> kept);

    /// <summary>Median time of a batch.</summary>
    /// <exception cref="NotSupportedException">The model's computation is not known.</exception>
    public abstract TimeSpan Latency(IReadOnlyList<int> kept, ComputeDevice device, int batchSize);

    /// <summary>Bytes of the saved model, from above.</summary>
    public abstract double ModelBytes(IReadOnlyList<int> kept, TensorType weightType);

    /// <summary>Parameters and, where they are known, operations.</summary>
    public abstract PlannedCost Cost(IReadOnlyList<int> kept);
}
