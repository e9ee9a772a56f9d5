namespace GardenerML.Reporting;

/// <summary>Which trials no other trial is better than.</summary>
internal static class ParetoFront
{
    /// <summary>
    /// The trials to which no other is preferable: no dearer and no worse, and better in one of the two. Those whose cost or worth is
    /// not known, or not finite, are left out.
    /// </summary>
    public static HashSet<ReportedTrial> Of(
        IEnumerable<ReportedTrial> trials, Func<ReportedTrial, double?> cost, Func<ReportedTrial, double?> worth)
    {
        var front = new HashSet<ReportedTrial>(ReferenceEqualityComparer.Instance);
        var (best, cheapest) = (double.NegativeInfinity, 0.0);
        foreach (var (trial, price, value) in
            from trial in trials
            let price = cost(trial) ?? double.NaN
            let value = worth(trial) ?? double.NaN
            where double.IsFinite(price) && double.IsFinite(value)
            orderby price, value descending
            select (trial, price, value))
        {
            // Equals in both are on the front together.
            if (value > best || (value == best && price == cheapest))
            {
                front.Add(trial);
                (best, cheapest) = (value, price);
            }
        }
        return front;
    }
}
