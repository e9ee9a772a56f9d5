namespace GardenerML.Pruning;

/// <summary>Moments of a set of weights w, without intervals.</summary>
public sealed record WeightMoments
{
    /// <summary>The number of weights, N.</summary>
    public required long Count { get; init; }

    /// <summary>The lowest weight.</summary>
    public required double Minimum { get; init; }

    /// <summary>The highest weight.</summary>
    public required double Maximum { get; init; }

    /// <summary>The mean of |w|.</summary>
    public required double MeanAbsolute { get; init; }

    /// <summary>The variance of |w|, divided by N.</summary>
    public required double VarianceAbsolute { get; init; }

    /// <summary>The sum of |w|.</summary>
    public required double L1 { get; init; }

    /// <summary>The square root of the sum of w².</summary>
    public required double L2 { get; init; }

    /// <summary>
    /// Excess (Fisher) kurtosis of w, m4 / m2² - 3 with central moments divided by N; 0 where all weights are equal.
    /// </summary>
    public required double ExcessKurtosis { get; init; }

    /// <summary>
    /// -sum q ln q with q = |w| / sum |w|, in nats; 0 where all weights are zero, null where it was not asked for.
    /// </summary>
    public double? ValueEntropy { get; init; }

    /// <summary>The highest |w|.</summary>
    public double MaximumAbsolute => Math.Max(Math.Abs(Minimum), Math.Abs(Maximum));

    /// <summary>The standard deviation of |w|, the square root of <see cref="VarianceAbsolute"/>.</summary>
    public double StandardDeviationAbsolute => Math.Sqrt(VarianceAbsolute);
}
