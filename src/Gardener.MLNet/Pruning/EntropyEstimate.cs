using System.Numerics.Tensors;

namespace GardenerML.Pruning;

/// <summary>
/// Entropy of a set of weights that were sorted into intervals: H = -sum p ln p, p being the share of the weights that fall
/// into an interval (the weight-number entropy of arXiv 2602.03918).
/// </summary>
/// <param name="Value">The entropy in nats, from 0 to ln <paramref name="Count"/>.</param>
/// <param name="StandardError">
/// Standard error in nats, as if the weights were independent draws: sqrt((sum p ln² p - H²) / N), by the delta method.
/// </param>
/// <param name="Distinct">The number of intervals that hold a weight.</param>
/// <param name="Count">The number of weights, N.</param>
public readonly record struct EntropyEstimate(double Value, double StandardError, long Distinct, long Count)
{
    /// <summary>The entropy as a share of the largest that N weights can have, H / ln N; 0 for a single weight.</summary>
    public double Efficiency => Count > 1 ? Value / Math.Log(Count) : 0;

    /// <summary>
    /// Min-max normalised values, Entropy_N in the paper: 0 for the lowest block, 1 for the highest, 0 for all where all are
    /// equal.
    /// </summary>
    internal static double[] Normalize(double[] values)
    {
        double lowest = TensorPrimitives.Min<double>(values), range = TensorPrimitives.Max<double>(values) - lowest;
        return Array.ConvertAll(values, value => range > 0 ? (value - lowest) / range : 0);
    }
}
