namespace GardenerML.Samples.Reproduction;

/// <summary>A number that was measured once a seed.</summary>
/// <param name="Mean">The mean over the seeds.</param>
/// <param name="Lowest">The lowest.</param>
/// <param name="Highest">The highest.</param>
internal readonly record struct Statistic(double Mean, double Lowest, double Highest)
{
    /// <summary>From one number a seed.</summary>
    public static Statistic Of(IReadOnlyCollection<double> values) => new(values.Average(), values.Min(), values.Max());
}
