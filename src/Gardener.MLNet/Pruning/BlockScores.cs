using System.Numerics.Tensors;
using GardenerML.Checkpoints;

namespace GardenerML.Pruning;

/// <summary>A criterion's values for the blocks of a model, the order of removal that follows, and the statistics behind it.</summary>
public sealed class BlockScores
{
    private BlockScores(PruningCriterion criterion, BlockStatistics[] blocks, double[] values)
    {
        Criterion = criterion;
        Blocks = blocks;
        Values = values;
        RemovalOrder = criterion.RemovalOrder(values);
        NormalizedValues = EntropyEstimate.Normalize(values);
    }

    /// <summary>The criterion.</summary>
    public PruningCriterion Criterion { get; }

    /// <summary>The statistics of each block.</summary>
    public IReadOnlyList<BlockStatistics> Blocks { get; }

    /// <summary>The criterion's value of each block.</summary>
    public IReadOnlyList<double> Values { get; }

    /// <summary>
    /// The values scaled so that the lowest is 0 and the highest 1 (Entropy_N of the paper, where the criterion is the entropy);
    /// 0 for all where all are equal.
    /// </summary>
    public IReadOnlyList<double> NormalizedValues { get; }

    /// <summary>Block numbers, from 0, the first to be removed first.</summary>
    public IReadOnlyList<int> RemovalOrder { get; }

    /// <summary>Computes a criterion's values from the weights of each block.</summary>
    /// <param name="blocks">The weights of each block that are to be looked at; floating-point tensors, none of the lists empty.</param>
    /// <param name="criterion">The criterion; <see cref="PruningCriterion.Entropy"/> where it is null.</param>
    /// <param name="allStatistics">Whether to compute all statistics, not only those that the criterion needs.</param>
    /// <param name="threads">How many threads to use; 0 for as many as there are processors. It does not change the result.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <exception cref="ArgumentException">There are no blocks, or a block has no weights, or a tensor is not of numbers.</exception>
    /// <exception cref="InvalidDataException">A weight is NaN or infinite; the message names the tensor.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static BlockScores Compute(
        IReadOnlyList<IReadOnlyList<StoredTensor>> blocks,
        PruningCriterion? criterion = null,
        bool allStatistics = false,
        int threads = 0,
        CancellationToken cancellationToken = default)
    {
        Check(blocks, threads);
        criterion ??= PruningCriterion.Entropy;
        var needs = allStatistics ? criterion.Needs.Union(StatisticNeeds.All) : criterion.Needs;
        var scan = new WeightScan(blocks, threads == 0 ? Environment.ProcessorCount : threads, cancellationToken);
        var statistics = Compute(blocks, needs, scan);
        return new(criterion, statistics, criterion.Values(statistics, blocks));
    }

    private static BlockStatistics[] Compute(
        IReadOnlyList<IReadOnlyList<StoredTensor>> blocks, StatisticNeeds needs, WeightScan scan)
    {
        // Exact counting needs the check for numbers that are not finite, which the half grid makes for little.
        var (halfCounts, sums) = scan.Run(needs.HalfGrid || (needs.Exact && !needs.Moments), needs.Moments, needs.ValueEntropy);
        var halfGrid = halfCounts is null ? null : scan.ForEachBlock(block => EntropySums.Estimate(halfCounts[block]));
        var exact = needs.Exact ? scan.ForEachBlock(block => ExactValueCounter.Estimate(blocks[block])) : null;
        var information = needs.MutualInformation ? MeanMutualInformation(halfCounts!, halfGrid!, scan) : null;
        var (shared, own) = UniformEntropies(needs, sums, scan);
        return [.. blocks.Select((tensors, block) => new BlockStatistics
        {
            Block = block,
            Weights = tensors.Sum(tensor => tensor.ElementCount),
            HalfGridEntropy = halfGrid?[block],
            ExactEntropy = exact?[block],
            Moments = sums?[block].ToMoments(needs.ValueEntropy),
            MeanMutualInformation = information?[block],
            UniformSharedEntropy = shared[block],
            UniformOwnEntropy = own[block],
        })];
    }

    private static (Dictionary<int, EntropyEstimate>[] Shared, Dictionary<int, EntropyEstimate>[] Own) UniformEntropies(
        StatisticNeeds needs, MomentSums[]? sums, WeightScan scan)
    {
        int shared = needs.SharedBins.Length, all = shared + needs.OwnBins.Length;
        var counts = new long[scan.BlockCount][][];
        if (all > 0)
        {
            double lowest = sums!.Min(block => block.Minimum), highest = sums!.Max(block => block.Maximum);
            counts = scan.CountBins(block =>
            [
                .. needs.SharedBins.Select(bins => new UniformBins(bins, lowest, highest)),
                .. needs.OwnBins.Select(bins => new UniformBins(bins, sums![block].Minimum, sums[block].Maximum)),
            ]);
        }
        return (Array.ConvertAll(counts, block => Estimates(block, ..shared)), Array.ConvertAll(counts, block => Estimates(block, shared..all)));

        static Dictionary<int, EntropyEstimate> Estimates(long[][]? counts, Range range) =>
            counts?[range].ToDictionary(bins => bins.Length, bins => EntropySums.Estimate(bins)) ?? [];
    }

    /// <summary>
    /// Mean over k of H(l) + H(k) - H(l and k concatenated); the counts of two concatenated blocks are the sums of their counts.
    /// </summary>
    private static double[] MeanMutualInformation(long[][] counts, EntropyEstimate[] entropies, WeightScan scan)
    {
        var blocks = counts.Length;
        var rows = scan.ForEachBlock(l =>
        {
            var row = new double[blocks];
            var joint = new long[HalfGridCounter.Bins];
            for (var k = l + 1; k < blocks; k++)
            {
                TensorPrimitives.Add<long>(counts[l], counts[k], joint);
                row[k] = entropies[l].Value + entropies[k].Value - EntropySums.Estimate(joint).Value;
            }
            return row;
        });
        var means = new double[blocks];
        for (var l = 0; l < blocks; l++)
        {
            for (var k = 0; k < blocks; k++)
                means[l] += rows[Math.Min(l, k)][Math.Max(l, k)] / Math.Max(1, blocks - 1);
        }
        return means;
    }

    private static void Check(IReadOnlyList<IReadOnlyList<StoredTensor>> blocks, int threads)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        if (blocks.Count == 0)
            throw new ArgumentException("There are no blocks; at least one is expected.", nameof(blocks));
        for (var block = 0; block < blocks.Count; block++)
        {
            if (blocks[block].Sum(tensor => tensor.ElementCount) == 0)
                throw new ArgumentException($"Block {block} has no weights; at least one is expected.", nameof(blocks));
            if (blocks[block].FirstOrDefault(tensor => tensor.Type == TensorType.Int64) is { } wrong)
                throw new ArgumentException($"Block {block}: tensor '{wrong.Name}' holds {wrong.Type}; floating-point numbers are expected.", nameof(blocks));
        }
    }
}
