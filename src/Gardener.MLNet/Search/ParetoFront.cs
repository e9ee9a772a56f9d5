namespace GardenerML.Search;

/// <summary>The trials that no other one beats.</summary>
internal static class ParetoFront
{
    /// <summary>
    /// Those of which no other has a quality as high at a cost as low, and one of the two better; ascending by cost.
    /// </summary>
    /// <param name="results">The trials.</param>
    /// <param name="quality">What should be high.</param>
    /// <param name="cost">What should be low.</param>
    public static IReadOnlyList<GardenerTrialResult> Of(
        IEnumerable<GardenerTrialResult> results, Func<GardenerTrialResult, double> quality, Func<GardenerTrialResult, double> cost)
    {
        var front = new List<GardenerTrialResult>();
        foreach (var result in results.OrderBy(cost).ThenByDescending(quality))
        {
            if (front.Count == 0 || quality(result) > quality(front[^1])
                || (quality(result) == quality(front[^1]) && cost(result) == cost(front[^1])))
                front.Add(result);
        }
        return front;
    }
}
