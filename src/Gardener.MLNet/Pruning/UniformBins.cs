using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace GardenerML.Pruning;

/// <summary>
/// A range divided into equal bins, each open at its upper end but for the last: weight x is in bin
/// floor((x - lowest) / (highest - lowest) * count).
/// </summary>
internal sealed class UniformBins(int count, double lowest, double highest)
{
    // A range of no width has one bin that is used, the first.
    private readonly double _range = highest > lowest ? highest - lowest : 1;

    /// <summary>The number of bins.</summary>
    public int Count => count;

    /// <summary>Adds the weights, which lie in the range, to the counts.</summary>
    public void Add(ReadOnlySpan<double> weights, long[] counts)
    {
        var vectors = MemoryMarshal.Cast<double, Vector512<double>>(weights);
        Span<long> bins = stackalloc long[Vector512<long>.Count];
        foreach (var w in vectors)
        {
            var indices = Vector512.ConvertToInt64Native((w - Vector512.Create(lowest)) / _range * count);
            Vector512.Min(indices, Vector512.Create(count - 1L)).CopyTo(bins);
            foreach (var bin in bins)
                counts[bin]++;
        }
        foreach (var w in weights[(vectors.Length * Vector512<double>.Count)..])
            counts[Math.Min((int)((w - lowest) / _range * count), count - 1)]++;
    }
}
