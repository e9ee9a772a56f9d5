using System.Numerics.Tensors;

namespace GardenerML.Pruning;

/// <summary>
/// How well two lists of numbers agree in order, such as a criterion's values and the accuracy that removing each block costs.
/// </summary>
/// <param name="Value">The coefficient, from -1 (opposite order) to 1 (same order); NaN where a list holds one number only.</param>
/// <param name="Lower">Lower end of the percentile bootstrap interval; NaN where the coefficient is.</param>
/// <param name="Upper">Upper end of the percentile bootstrap interval; NaN where the coefficient is.</param>
public readonly record struct RankCorrelation(double Value, double Lower, double Upper)
{
    private const int Resamples = 2000;

    /// <summary>Spearman's coefficient: the linear correlation of the ranks, equal numbers sharing their mean rank.</summary>
    /// <param name="first">Two finite numbers or more.</param>
    /// <param name="second">As many.</param>
    /// <param name="confidence">The probability that the interval covers, between 0 and 1.</param>
    /// <param name="seed">Chooses the pairs that the 2,000 bootstrap samples draw.</param>
    /// <exception cref="ArgumentException">The lists are too short, differ in length, or hold NaN or infinity.</exception>
    public static RankCorrelation Spearman(
        IReadOnlyList<double> first, IReadOnlyList<double> second, double confidence = 0.95, int seed = 0) =>
        Bootstrap(first, second, SpearmanOf, confidence, seed);

    /// <summary>
    /// Kendall's tau-b: concordant less discordant pairs, over the square root of the product of the pairs that are not tied in
    /// either list.
    /// </summary>
    /// <param name="first">Two finite numbers or more.</param>
    /// <param name="second">As many.</param>
    /// <param name="confidence">The probability that the interval covers, between 0 and 1.</param>
    /// <param name="seed">Chooses the pairs that the 2,000 bootstrap samples draw.</param>
    /// <exception cref="ArgumentException">The lists are too short, differ in length, or hold NaN or infinity.</exception>
    public static RankCorrelation Kendall(
        IReadOnlyList<double> first, IReadOnlyList<double> second, double confidence = 0.95, int seed = 0) =>
        Bootstrap(first, second, KendallOf, confidence, seed);

    private static RankCorrelation Bootstrap(
        IReadOnlyList<double> first, IReadOnlyList<double> second, Func<double[], double[], double> coefficient, double confidence, int seed)
    {
        Check(first, second, confidence);
        double[] x = [.. first], y = [.. second];
        var value = coefficient(x, y);
        if (double.IsNaN(value))
            return new(value, value, value);

        var random = new Random(seed);
        double[] sampleX = new double[x.Length], sampleY = new double[x.Length];
        var coefficients = new List<double>(Resamples);
        while (coefficients.Count < Resamples)
        {
            for (var i = 0; i < x.Length; i++)
            {
                var drawn = random.Next(x.Length);
                (sampleX[i], sampleY[i]) = (x[drawn], y[drawn]);
            }

            // A sample may draw equal numbers only, which have no order: it is drawn again.
            if (coefficient(sampleX, sampleY) is var sampled && !double.IsNaN(sampled))
                coefficients.Add(sampled);
        }
        coefficients.Sort();
        return new(value, Quantile((1 - confidence) / 2), Quantile((1 + confidence) / 2));

        double Quantile(double share)
        {
            var position = share * (coefficients.Count - 1);
            var below = (int)position;
            var above = Math.Min(below + 1, coefficients.Count - 1);
            return double.Lerp(coefficients[below], coefficients[above], position - below);
        }
    }

    private static double SpearmanOf(double[] x, double[] y)
    {
        double[] ranksX = Ranks(x), ranksY = Ranks(y);
        var middle = (x.Length + 1) / 2.0;
        TensorPrimitives.Subtract(ranksX, middle, ranksX);
        TensorPrimitives.Subtract(ranksY, middle, ranksY);
        return TensorPrimitives.Dot<double>(ranksX, ranksY)
            / Math.Sqrt(TensorPrimitives.SumOfSquares<double>(ranksX) * TensorPrimitives.SumOfSquares<double>(ranksY));
    }

    private static double[] Ranks(double[] values) => Array.ConvertAll(
        values, value => values.Count(other => other < value) + ((values.Count(other => other == value) + 1) / 2.0));

    private static double KendallOf(double[] x, double[] y)
    {
        double agreement = 0, untiedX = 0, untiedY = 0;
        for (var i = 0; i < x.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                int orderX = x[i].CompareTo(x[j]), orderY = y[i].CompareTo(y[j]);
                agreement += orderX * orderY;
                untiedX += Math.Abs(orderX);
                untiedY += Math.Abs(orderY);
            }
        }
        return agreement / Math.Sqrt(untiedX * untiedY);
    }

    private static void Check(IReadOnlyList<double> first, IReadOnlyList<double> second, double confidence)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count != second.Count || first.Count < 2)
            throw new ArgumentException($"The lists have {first.Count} and {second.Count} numbers; equally many are expected, two at least.", nameof(second));
        if (!first.Concat(second).All(double.IsFinite))
            throw new ArgumentException("A number is NaN or infinite; it has no rank.", first.All(double.IsFinite) ? nameof(second) : nameof(first));
        if (confidence is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "A probability between 0 and 1 is expected.");
    }
}
