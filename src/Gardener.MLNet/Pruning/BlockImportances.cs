namespace GardenerML.Pruning;

/// <summary>Makes the blocks of a plan from what was computed or measured of them.</summary>
internal static class BlockImportances
{
    /// <summary>From the values of a criterion over weights.</summary>
    public static BlockImportance[] Of(BlockScores scores)
    {
        var estimates = Array.ConvertAll([.. scores.Blocks], block => Estimate(scores.Criterion.Name, block));
        return Make(scores.Values, scores.RemovalOrder, [.. scores.Blocks.Select(block => block.Weights)], estimates);
    }

    /// <summary>From measured values and the order that was found.</summary>
    public static BlockImportance[] Of(IReadOnlyList<double> values, IReadOnlyList<int> removalOrder) =>
        Make(values, removalOrder, new long[values.Count], new EntropyEstimate?[values.Count]);

    private static BlockImportance[] Make(
        IReadOnlyList<double> values, IReadOnlyList<int> order, long[] weights, EntropyEstimate?[] estimates)
    {
        var normalized = EntropyEstimate.Normalize([.. values]);
        var tied = new bool[values.Count];
        for (var rank = 1; rank < order.Count; rank++)
        {
            int block = order[rank], before = order[rank - 1];
            // Infinities of the same sign are equal, and their difference is not a number.
            if (values[block] == values[before]
                || Math.Abs(values[block] - values[before]) <= double.Hypot(Error(block), Error(before)))
                tied[block] = tied[before] = true;
        }
        var ranks = new int[values.Count];
        for (var rank = 0; rank < order.Count; rank++)
            ranks[order[rank]] = rank;
        return [.. values.Select((value, block) => new BlockImportance
        {
            Index = block,
            Weights = weights[block],
            Value = value,
            StandardError = estimates[block]?.StandardError,
            NormalizedValue = normalized[block],
            Efficiency = estimates[block]?.Efficiency,
            RemovalRank = ranks[block],
            Tied = tied[block],
        })];

        double Error(int block) => estimates[block]?.StandardError ?? 0;
    }

    /// <summary>The entropy that a criterion ranks by; null where it ranks by something else.</summary>
    private static EntropyEstimate? Estimate(string criterion, BlockStatistics block)
    {
        var name = criterion.Split(':');
        return name[0] switch
        {
            "entropy" => block.HalfGridEntropy,
            "exact-entropy" => block.ExactEntropy,
            "uniform-shared-entropy" => Bins(block.UniformSharedEntropy),
            "uniform-own-entropy" => Bins(block.UniformOwnEntropy),
            _ => null,
        };

        EntropyEstimate? Bins(IReadOnlyDictionary<int, EntropyEstimate> entropies) =>
            name.Length == 2 && int.TryParse(name[1], out var bins) && entropies.TryGetValue(bins, out var entropy) ? entropy : null;
    }
}
