namespace GardenerML.Search;

/// <summary>Of several things those that no other one beats.</summary>
internal static class ParetoFront
{
    /// <summary>
    /// Those of which no other has a quality as high at a cost as low, and one of the two better; ascending by cost. What has no
    /// finite quality or cost is left out; equals in both are on the front together.
    /// </summary>
    /// <param name="things">The things, such as trials.</param>
    /// <param name="quality">What should be high.</param>
    /// <param name="cost">What should be low.</param>
    public static IReadOnlyList<T> Of<T>(IEnumerable<T> things, Func<T, double> quality, Func<T, double> cost)
    {
        var front = new List<T>();
        var known = things.Where(thing => double.IsFinite(quality(thing)) && double.IsFinite(cost(thing)));
        foreach (var thing in known.OrderBy(cost).ThenByDescending(quality))
        {
            if (front.Count == 0 || quality(thing) > quality(front[^1])
                || (quality(thing) == quality(front[^1]) && cost(thing) == cost(front[^1])))
                front.Add(thing);
        }
        return front;
    }
}
