using System.Globalization;
using GardenerML.Checkpoints;

namespace GardenerML.Pruning;

/// <summary>
/// How much is removed: a share or a number of blocks, certain blocks, or as few blocks as it takes to stay within a budget.
/// </summary>
/// <remarks>
/// Which blocks go is the criterion's order, protected blocks left out. Budgets are those of the pruned encoder with the
/// checkpoint's head, for clips of the pipeline's size.
/// </remarks>
public abstract class PruningTarget
{
    private PruningTarget()
    {
    }

    /// <summary>
    /// A share of the blocks: of B blocks round(ratio * B), halves upwards, but no more than may be removed: protected
    /// blocks and the least number that must stay come first.
    /// </summary>
    /// <param name="ratio">The share, in [0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not in [0, 1).</exception>
    public static PruningTarget Ratio(double ratio) => ratio >= 0 && ratio < 1
        ? new RatioTarget(ratio)
        : throw new ArgumentOutOfRangeException(nameof(ratio), ratio, $"Ratio is {ratio}; it must be in [0, 1).");

    /// <summary>A number of blocks.</summary>
    /// <param name="count">How many, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static PruningTarget Count(int count)
    {
        if (count < 0)
            throw new ArgumentOutOfRangeException(
                nameof(count), count, $"The number of blocks to remove is {count}; it must be at least 0.");
        return new CountTarget(count);
    }

    /// <summary>Certain blocks, whatever the criterion says.</summary>
    /// <param name="blocks">Their numbers, from 0; none twice.</param>
    /// <exception cref="ArgumentException">A number is negative or there twice.</exception>
    public static PruningTarget Blocks(params IReadOnlyList<int> blocks)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        int[] sorted = [.. blocks.Order()];
        if (sorted is [< 0, ..])
            throw new ArgumentOutOfRangeException(
                nameof(blocks), sorted[0], $"There is no block {sorted[0]}; blocks are numbered from 0.");
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i] == sorted[i - 1])
                throw new ArgumentException($"Block {sorted[i]} is named twice.", nameof(blocks));
        }
        return new BlocksTarget(sorted);
    }

    /// <summary>As few blocks as it takes to have at most so many parameters, head included.</summary>
    /// <param name="maximum">The largest number of parameters, at least 1.</param>
    public static PruningTarget Parameters(long maximum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, 1);
        return new ParametersTarget(maximum);
    }

    /// <summary>As few blocks as it takes to score a clip with at most so many multiply-adds.</summary>
    /// <param name="maximum">The largest number, in units of 10^9; above 0.</param>
    public static PruningTarget GigaFlops(double maximum)
    {
        if (!(maximum > 0) || !double.IsFinite(maximum))
            throw new ArgumentOutOfRangeException(
                nameof(maximum), maximum, $"The GFLOPs budget is {maximum}; it must be above 0.");
        return new GigaFlopsTarget(maximum);
    }

    /// <summary>
    /// As few blocks as it takes to score a batch within a time, measured on this machine: models of the geometry are timed
    /// while the plan is made. Decoding is not in it.
    /// </summary>
    /// <param name="maximum">The longest time of a batch, the fastest of several; above zero.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="batchSize">Clips in a batch, at least 1.</param>
    public static PruningTarget Latency(TimeSpan maximum, ComputeDevice device = default, int batchSize = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(maximum, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return new LatencyTarget(maximum, device, batchSize);
    }

    /// <summary>
    /// As few blocks as it takes for the saved model to be at most so large. The size is counted from above: all weights
    /// uncompressed, and an allowance for the rest.
    /// </summary>
    /// <param name="maximum">The largest size of the model zip or checkpoint in bytes, at least 1.</param>
    /// <param name="weightType">How the saved model stores its weights: Float32, Float16 or BFloat16.</param>
    public static PruningTarget ModelBytes(long maximum, TensorType weightType = TensorType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, 1);
        if (weightType is not (TensorType.Float32 or TensorType.Float16 or TensorType.BFloat16))
            throw new ArgumentException(
                $"Weights are stored as Float32, Float16 or BFloat16, not as {weightType}.", nameof(weightType));
        return new ModelBytesTarget(maximum, weightType);
    }

    /// <summary>Whether the target names the blocks itself.</summary>
    internal virtual bool NamesBlocks => false;

    /// <summary>The blocks to remove, in no particular order.</summary>
    /// <exception cref="ArgumentException">The target cannot be reached; the message names what can.</exception>
    internal abstract IReadOnlyList<int> Choose(RemovalChoice choice);

    private sealed class RatioTarget(double ratio) : PruningTarget
    {
        // In decimal, so that 0.29 of 50 blocks is 14.5 and not a little less.
        internal override IReadOnlyList<int> Choose(RemovalChoice choice) => choice.First(Math.Min(
            choice.MostRemovable, (int)Math.Round((decimal)ratio * choice.BlockCount, MidpointRounding.AwayFromZero)));

        public override string ToString() => Invariant($"ratio {ratio}");
    }

    private sealed class CountTarget(int count) : PruningTarget
    {
        internal override IReadOnlyList<int> Choose(RemovalChoice choice) => count <= choice.MostRemovable
            ? choice.First(count)
            : throw new ArgumentException(
                $"{this} cannot be removed: {choice.Limits}. Remove 0 to {choice.MostRemovable}.");

        public override string ToString() => count == 1 ? "1 block" : Invariant($"{count} blocks");
    }

    private sealed class BlocksTarget(int[] blocks) : PruningTarget
    {
        internal override bool NamesBlocks => true;

        internal override IReadOnlyList<int> Choose(RemovalChoice choice)
        {
            if (blocks.Length > 0 && blocks[^1] >= choice.BlockCount)
                throw new ArgumentException(
                    $"There is no block {blocks[^1]}: the checkpoint has the blocks 0 to {choice.BlockCount - 1}.");
            if (blocks.Cast<int?>().FirstOrDefault(block => choice.Protected.Contains(block!.Value)) is { } wrong)
                throw new ArgumentException($"Block {wrong} is protected and cannot be removed as well.");
            return blocks.Length <= choice.MostRemovable
                ? blocks
                : throw new ArgumentException($"{blocks.Length} blocks cannot be removed: {choice.Limits}.");
        }

        public override string ToString() => blocks.Length == 0 ? "no block" : $"blocks {string.Join(", ", blocks)}";
    }

    private sealed class ParametersTarget(long maximum) : PruningTarget
    {
        internal override IReadOnlyList<int> Choose(RemovalChoice choice) => choice.Fewest(
            choice.Costs.Parameters, maximum, value => Invariant($"{value:N0} parameters"));

        public override string ToString() => Invariant($"at most {maximum:N0} parameters");
    }

    private sealed class GigaFlopsTarget(double maximum) : PruningTarget
    {
        internal override IReadOnlyList<int> Choose(RemovalChoice choice) => choice.Fewest(
            choice.Costs.GigaFlops, maximum, value => Invariant($"{value:g6} GFLOPs a clip"));

        public override string ToString() => Invariant($"at most {maximum} GFLOPs a clip");
    }

    private sealed class LatencyTarget(TimeSpan maximum, ComputeDevice device, int batchSize) : PruningTarget
    {
        internal override IReadOnlyList<int> Choose(RemovalChoice choice) => choice.Fewest(
            kept => choice.Costs.Latency(kept, device, batchSize).TotalMilliseconds,
            maximum.TotalMilliseconds,
            value => Invariant($"{value:g4} ms for {batchSize} clip{(batchSize == 1 ? "" : "s")} on {device}"));

        public override string ToString() =>
            Invariant($"at most {maximum.TotalMilliseconds} ms for {batchSize} clip{(batchSize == 1 ? "" : "s")} on {device}");
    }

    private sealed class ModelBytesTarget(long maximum, TensorType weightType) : PruningTarget
    {
        internal override IReadOnlyList<int> Choose(RemovalChoice choice) => choice.Fewest(
            kept => choice.Costs.ModelBytes(kept, weightType), maximum, value => Invariant($"{value:N0} bytes"));

        public override string ToString() => Invariant($"at most {maximum:N0} bytes");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
