using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace GardenerML.Pruning;

/// <summary>
/// Sums that the moments of a set of weights are made of. A chunk is summed about its own means while it is in the caches, and
/// chunks are merged by the update formulas of Pébay (Sandia report SAND2008-6212), so nothing cancels out.
/// </summary>
internal struct MomentSums
{
    private long _count;
    private double _minimum;
    private double _maximum;
    private double _mean;
    private double _second;
    private double _third;
    private double _fourth;
    private double _meanAbsolute;
    private double _secondAbsolute;
    private double _absoluteLogSum;

    /// <summary>False where a weight was NaN or infinite.</summary>
    public readonly bool IsFinite => double.IsFinite(_meanAbsolute);

    public readonly double Minimum => _minimum;

    public readonly double Maximum => _maximum;

    /// <summary>Sums of a chunk of finite weights; the chunk may not be empty.</summary>
    public static MomentSums Of(ReadOnlySpan<double> weights, bool valueEntropy)
    {
        // Always 512 bits, which narrower processors emulate: the order of summation is the same on every machine.
        var vectors = MemoryMarshal.Cast<double, Vector512<double>>(weights);
        var rest = weights[(vectors.Length * Vector512<double>.Count)..];

        Vector512<double> sum = default, absoluteSum = default;
        var minimum = Vector512.Create(double.PositiveInfinity);
        var maximum = Vector512.Create(double.NegativeInfinity);
        foreach (var w in vectors)
        {
            sum += w;
            absoluteSum += Vector512.Abs(w);
            minimum = Vector512.Min(minimum, w);
            maximum = Vector512.Max(maximum, w);
        }
        double total = Vector512.Sum(sum), absoluteTotal = Vector512.Sum(absoluteSum);
        double lowest = double.PositiveInfinity, highest = double.NegativeInfinity;
        for (var i = 0; i < Vector512<double>.Count; i++)
        {
            lowest = Math.Min(lowest, minimum[i]);
            highest = Math.Max(highest, maximum[i]);
        }
        foreach (var w in rest)
        {
            total += w;
            absoluteTotal += Math.Abs(w);
            lowest = Math.Min(lowest, w);
            highest = Math.Max(highest, w);
        }

        var result = new MomentSums
        {
            _count = weights.Length,
            _minimum = lowest,
            _maximum = highest,
            _mean = total / weights.Length,
            _meanAbsolute = absoluteTotal / weights.Length,
        };
        result.SumAboutMeans(vectors, rest);
        if (valueEntropy)
            result.SumLogs(vectors, rest);
        return result;
    }

    /// <summary>Joins the sums of two sets of weights.</summary>
    public static MomentSums Merge(in MomentSums a, in MomentSums b)
    {
        if (a._count == 0)
            return b;
        if (b._count == 0)
            return a;
        double na = a._count, nb = b._count, n = na + nb;
        double d = b._mean - a._mean, dn = d / n;
        var absolute = b._meanAbsolute - a._meanAbsolute;
        return new()
        {
            _count = a._count + b._count,
            _minimum = Math.Min(a._minimum, b._minimum),
            _maximum = Math.Max(a._maximum, b._maximum),
            _mean = a._mean + (dn * nb),
            _second = a._second + b._second + (d * dn * na * nb),
            _third = a._third + b._third + (d * dn * dn * na * nb * (na - nb))
                + (3 * dn * ((na * b._second) - (nb * a._second))),
            _fourth = a._fourth + b._fourth + (d * dn * dn * dn * na * nb * ((na * na) - (na * nb) + (nb * nb)))
                + (6 * dn * dn * ((na * na * b._second) + (nb * nb * a._second)))
                + (4 * dn * ((na * b._third) - (nb * a._third))),
            _meanAbsolute = a._meanAbsolute + (absolute / n * nb),
            _secondAbsolute = a._secondAbsolute + b._secondAbsolute + (absolute * absolute / n * na * nb),
            _absoluteLogSum = a._absoluteLogSum + b._absoluteLogSum,
        };
    }

    public readonly WeightMoments ToMoments(bool valueEntropy)
    {
        var l1 = _meanAbsolute * _count;
        var variance = _second / _count;
        return new()
        {
            Count = _count,
            Minimum = _minimum,
            Maximum = _maximum,
            MeanAbsolute = _meanAbsolute,
            VarianceAbsolute = _secondAbsolute / _count,
            L1 = l1,
            L2 = Math.Sqrt(_second + (_mean * _mean * _count)),
            ExcessKurtosis = _minimum < _maximum ? (_fourth / _count / (variance * variance)) - 3 : 0,
            ValueEntropy = !valueEntropy ? null : l1 > 0 ? Math.Max(0, Math.Log(l1) - (_absoluteLogSum / l1)) : 0,
        };
    }

    private void SumAboutMeans(ReadOnlySpan<Vector512<double>> vectors, ReadOnlySpan<double> rest)
    {
        Vector512<double> second = default, third = default, fourth = default, secondAbsolute = default;
        Vector512<double> mean = Vector512.Create(_mean), meanAbsolute = Vector512.Create(_meanAbsolute);
        foreach (var w in vectors)
        {
            var d = w - mean;
            var square = d * d;
            second += square;
            third += square * d;
            fourth += square * square;
            var a = Vector512.Abs(w) - meanAbsolute;
            secondAbsolute += a * a;
        }
        _second = Vector512.Sum(second);
        _third = Vector512.Sum(third);
        _fourth = Vector512.Sum(fourth);
        _secondAbsolute = Vector512.Sum(secondAbsolute);
        foreach (var w in rest)
        {
            double d = w - _mean, square = d * d, a = Math.Abs(w) - _meanAbsolute;
            _second += square;
            _third += square * d;
            _fourth += square * square;
            _secondAbsolute += a * a;
        }
    }

    private void SumLogs(ReadOnlySpan<Vector512<double>> vectors, ReadOnlySpan<double> rest)
    {
        // |w| ln |w| is 0 at 0; the smallest normal number stands in under the logarithm.
        const double Smallest = 2.2250738585072014e-308;
        Vector512<double> sum = default;
        var smallest = Vector512.Create(Smallest);
        foreach (var w in vectors)
        {
            var a = Vector512.Abs(w);
            sum += a * Vector512.Log(Vector512.Max(a, smallest));
        }
        _absoluteLogSum = Vector512.Sum(sum);
        foreach (var w in rest)
            _absoluteLogSum += Math.Abs(w) * Math.Log(Math.Max(Math.Abs(w), Smallest));
    }
}
