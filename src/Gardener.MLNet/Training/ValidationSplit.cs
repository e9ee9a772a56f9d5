namespace GardenerML.Training;

/// <summary>Holds out a share of the training rows, whole groups where there are groups.</summary>
internal static class ValidationSplit
{
    /// <summary>Splits rows.</summary>
    /// <param name="clips">The rows.</param>
    /// <param name="groups">The group of each row; empty when every row is its own.</param>
    /// <param name="fraction">The share to hold out, in [0, 1).</param>
    /// <param name="seed">Which groups are taken.</param>
    public static (List<LabelledClip> Training, List<LabelledClip> Validation) Split(
        List<LabelledClip> clips, List<string> groups, double fraction, int seed)
    {
        if (fraction == 0)
            return (clips, []);
        // A group holds one label in UCF101, so groups are drawn label by label: each label keeps its share.
        var heldOut = new HashSet<int>();
        var random = new Random(seed);
        foreach (var label in Enumerable.Range(0, clips.Count).GroupBy(row => clips[row].Label).OrderBy(label => label.Key))
        {
            var units = label.GroupBy(row => groups.Count > 0 ? groups[row] : row.ToString()).ToArray();
            random.Shuffle(units);
            var wanted = (int)Math.Round(fraction * label.Count());
            var taken = 0;
            // The last unit always stays for training.
            for (var u = 0; u < units.Length - 1 && taken < wanted; u++)
            {
                heldOut.UnionWith(units[u]);
                taken += units[u].Count();
            }
        }
        return (
            [.. clips.Where((_, row) => !heldOut.Contains(row))],
            [.. clips.Where((_, row) => heldOut.Contains(row))]);
    }
}
