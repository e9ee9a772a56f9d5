namespace GardenerML.Reporting;

/// <summary>A number that was measured once a seed.</summary>
/// <param name="Mean">The mean over the seeds.</param>
/// <param name="Lowest">The lowest.</param>
/// <param name="Highest">The highest.</param>
public readonly record struct SeedStatistic(double Mean, double Lowest, double Highest)
{
    /// <summary>From one number a seed.</summary>
    /// <param name="values">The numbers; one at least.</param>
    public static SeedStatistic Of(IReadOnlyCollection<double> values) => new(values.Average(), values.Min(), values.Max());
}
