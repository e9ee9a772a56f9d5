namespace GardenerML.Pruning;

/// <summary>
/// A range divided into equal bins, each open at its upper end but for the last: weight x is in bin
/// floor((x - lowest) / (highest - lowest) * count).
/// </summary>
internal sealed record UniformBins(int Count, double Lowest, double Highest)
{
    public void Add(ReadOnlySpan<double> weights, long[] counts)
    {
        var range = Highest - Lowest;
        if (range == 0)
        {
            counts[0] += weights.Length;
            return;
        }
        foreach (var w in weights)
            counts[Math.Min((int)((w - Lowest) / range * Count), Count - 1)]++;
    }
}
