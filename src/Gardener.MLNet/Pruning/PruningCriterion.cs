using GardenerML.Checkpoints;

namespace GardenerML.Pruning;

/// <summary>
/// What decides which transformer blocks are removed first: a statistic of each block's weights, and whether its lowest or its
/// highest value goes first.
/// </summary>
/// <remarks>
/// The criteria and their directions are those of arXiv 2602.03918, tables 7 to 12. There the entropy counts the distinct
/// stored values of an fp16 checkpoint; <see cref="Entropy"/> rounds to fp16 first, which gives the same number for such a
/// checkpoint and a meaningful one for others.
/// </remarks>
public sealed class PruningCriterion
{
    private readonly Func<IReadOnlyList<BlockStatistics>, IReadOnlyList<IReadOnlyList<StoredTensor>>, double[]> _values;

    private PruningCriterion(
        string name,
        StatisticNeeds needs,
        Func<IReadOnlyList<BlockStatistics>, IReadOnlyList<IReadOnlyList<StoredTensor>>, double[]> values,
        bool highestFirst = false)
    {
        Name = name;
        Needs = needs;
        HighestFirst = highestFirst;
        _values = values;
    }

    private PruningCriterion(string name, StatisticNeeds needs, Func<BlockStatistics, double> value, bool highestFirst = false)
        : this(name, needs, (blocks, _) => [.. blocks.Select(value)], highestFirst)
    {
    }

    /// <summary>
    /// The default: weight-number entropy on the fp16 grid, <see cref="BlockStatistics.HalfGridEntropy"/>; the lowest goes first.
    /// </summary>
    public static PruningCriterion Entropy { get; } =
        new("entropy", new() { HalfGrid = true }, block => block.HalfGridEntropy!.Value.Value);

    /// <summary>Entropy of the distinct stored values; the lowest goes first. It says little about weights stored in fp32.</summary>
    public static PruningCriterion ExactEntropy { get; } =
        new("exact-entropy", new() { Exact = true }, block => block.ExactEntropy!.Value.Value);

    /// <summary>-sum q ln q with q = |w| / sum |w|; the lowest goes first.</summary>
    public static PruningCriterion ValueEntropy { get; } =
        new("value-entropy", new() { Moments = true, ValueEntropy = true }, block => block.Moments!.ValueEntropy!.Value);

    /// <summary>The mean of |w|; the lowest goes first.</summary>
    public static PruningCriterion MeanAbsolute { get; } = OfMoments("mean", moments => moments.MeanAbsolute);

    /// <summary>The variance of |w|; the lowest goes first.</summary>
    public static PruningCriterion Variance { get; } = OfMoments("variance", moments => moments.VarianceAbsolute);

    /// <summary>The standard deviation of |w|; the lowest goes first.</summary>
    public static PruningCriterion StandardDeviation { get; } = OfMoments("std", moments => moments.StandardDeviationAbsolute);

    /// <summary>The sum of |w|; the lowest goes first.</summary>
    public static PruningCriterion L1 { get; } = OfMoments("l1", moments => moments.L1);

    /// <summary>The square root of the sum of w²; the lowest goes first.</summary>
    public static PruningCriterion L2 { get; } = OfMoments("l2", moments => moments.L2);

    /// <summary>The excess kurtosis of w; the highest goes first.</summary>
    public static PruningCriterion Kurtosis { get; } =
        OfMoments("kurtosis", moments => moments.ExcessKurtosis, highestFirst: true);

    /// <summary>
    /// The mean over the other blocks of H(l) + H(k) - H(l and k concatenated), on the fp16 grid; the highest goes first.
    /// </summary>
    public static PruningCriterion MutualInformation { get; } = new(
        "mutual-information",
        new() { HalfGrid = true, MutualInformation = true },
        block => block.MeanMutualInformation!.Value,
        highestFirst: true);

    /// <summary>The criterion's name on a command line and in a plan, such as <c>entropy</c> or <c>random:7</c>.</summary>
    public string Name { get; }

    /// <summary>Whether the block with the highest value is removed first; otherwise it is the one with the lowest.</summary>
    public bool HighestFirst { get; }

    internal StatisticNeeds Needs { get; }

    /// <summary>Entropy over equal bins of the range that all blocks share, so that blocks compare; the lowest goes first.</summary>
    /// <param name="bins">The number of bins, from 2 to 1,048,576.</param>
    public static PruningCriterion UniformSharedEntropy(int bins = 256) => new(
        $"uniform-shared-entropy:{CheckBins(bins)}",
        new() { Moments = true, SharedBins = [bins] },
        block => block.UniformSharedEntropy[bins].Value);

    /// <summary>Entropy over equal bins of the block's own range; the lowest goes first.</summary>
    /// <param name="bins">The number of bins, from 2 to 1,048,576.</param>
    public static PruningCriterion UniformOwnEntropy(int bins = 256) => new(
        $"uniform-own-entropy:{CheckBins(bins)}",
        new() { Moments = true, OwnBins = [bins] },
        block => block.UniformOwnEntropy[bins].Value);

    /// <summary>A random order.</summary>
    /// <param name="seed">The same seed gives the same order.</param>
    public static PruningCriterion Random(int seed = 0) => new($"random:{seed}", new(), (blocks, _) =>
    {
        var random = new Random(seed);
        return [.. blocks.Select(_ => random.NextDouble())];
    });

    /// <summary>A criterion of your own.</summary>
    /// <param name="name">Its name, for plans and reports.</param>
    /// <param name="value">The value of a block, from its number (from 0) and its chosen weights; not NaN.</param>
    /// <param name="highestFirst">Whether the block with the highest value is removed first, instead of the lowest.</param>
    public static PruningCriterion Custom(
        string name, Func<int, IReadOnlyList<StoredTensor>, double> value, bool highestFirst = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(value);
        return new(name, new(), (_, weights) => [.. weights.Select((block, index) => value(index, block))], highestFirst);
    }

    /// <summary>The criterion of a name, as <see cref="Name"/> spells it.</summary>
    /// <param name="name">
    /// <c>entropy</c>, <c>exact-entropy</c>, <c>uniform-shared-entropy[:BINS]</c>, <c>uniform-own-entropy[:BINS]</c>,
    /// <c>value-entropy</c>, <c>mean</c>, <c>variance</c>, <c>std</c>, <c>l1</c>, <c>l2</c>, <c>kurtosis</c>,
    /// <c>mutual-information</c> or <c>random[:SEED]</c>.
    /// </param>
    /// <exception cref="ArgumentException">There is no such criterion; the message lists those that there are.</exception>
    public static PruningCriterion Parse(string name) => CriterionNames.Parse(name);

    /// <summary>The blocks in the order of their removal.</summary>
    /// <param name="values">The criterion's value of each block.</param>
    /// <returns>Block numbers, from 0, the first to be removed first; of equal values the deeper block goes first.</returns>
    /// <exception cref="ArgumentException">A value is NaN.</exception>
    public int[] RemovalOrder(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        for (var block = 0; block < values.Count; block++)
        {
            if (double.IsNaN(values[block]))
                throw new ArgumentException($"Criterion '{Name}' has the value NaN for block {block}; it cannot be ranked.", nameof(values));
        }
        var order = Enumerable.Range(0, values.Count).Reverse();
        return [.. HighestFirst ? order.OrderByDescending(block => values[block]) : order.OrderBy(block => values[block])];
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal double[] Values(IReadOnlyList<BlockStatistics> blocks, IReadOnlyList<IReadOnlyList<StoredTensor>> weights) =>
        _values(blocks, weights);

    private static PruningCriterion OfMoments(string name, Func<WeightMoments, double> value, bool highestFirst = false) =>
        new(name, new() { Moments = true }, block => value(block.Moments!), highestFirst);

    private static int CheckBins(int bins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bins, 1 << 20);
        return bins;
    }
}
