using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace GardenerML.Pruning;

/// <summary>What an entropy needs to know of the counts n of its intervals: sum n, sum n ln n, sum n ln² n.</summary>
internal struct EntropySums
{
    private long _count;
    private long _distinct;
    private double _logSum;
    private double _squaredLogSum;

    public static EntropyEstimate Estimate(ReadOnlySpan<long> counts)
    {
        var sums = default(EntropySums);
        sums.Add(counts);
        return sums.ToEstimate();
    }

    public void Add(long count)
    {
        if (count == 0)
            return;
        _count += count;
        _distinct++;
        if (count == 1)
            return;
        var log = Math.Log(count);
        _logSum += count * log;
        _squaredLogSum += count * log * log;
    }

    public void Add(ReadOnlySpan<long> counts)
    {
        // Always 512 bits, which narrower processors emulate: the order of summation is the same on every machine.
        var vectors = MemoryMarshal.Cast<long, Vector512<long>>(counts);
        Vector512<long> count = default, empty = default;
        Vector512<double> logSum = default, squaredLogSum = default;
        foreach (var vector in vectors)
        {
            count += vector;
            empty -= Vector512.Equals(vector, Vector512<long>.Zero);
            var number = Vector512.ConvertToDouble(vector);
            var log = Vector512.Log(Vector512.Max(number, Vector512<double>.One));
            logSum += number * log;
            squaredLogSum += number * log * log;
        }
        var counted = vectors.Length * Vector512<long>.Count;
        _count += Vector512.Sum(count);
        _distinct += counted - Vector512.Sum(empty);
        _logSum += Vector512.Sum(logSum);
        _squaredLogSum += Vector512.Sum(squaredLogSum);
        foreach (var rest in counts[counted..])
            Add(rest);
    }

    /// <summary>H = ln N - (1/N) sum n ln n, and sum p ln² p written with ln p = ln n - ln N.</summary>
    public readonly EntropyEstimate ToEstimate()
    {
        if (_distinct <= 1)
            return new(0, 0, _distinct, _count);
        double logCount = Math.Log(_count), meanLog = _logSum / _count;
        var variance = (_squaredLogSum / _count) - (meanLog * meanLog);
        return new(Math.Max(0, logCount - meanLog), Math.Sqrt(Math.Max(0, variance) / _count), _distinct, _count);
    }
}
