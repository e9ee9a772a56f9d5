using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace GardenerML.Training;

/// <summary>Holds out a share of the training rows, whole groups where there are groups.</summary>
internal static class ValidationSplit
{
    /// <summary>Reads the clips to learn from and those to validate with: the ValidationSet, or the share that is held out.</summary>
    /// <param name="host">For messages.</param>
    /// <param name="input">The training data.</param>
    /// <param name="columns">Where its clips are.</param>
    /// <param name="validationColumns">Where those of the ValidationSet are; null without one.</param>
    /// <param name="options">What the trainer is told.</param>
    /// <param name="seed">Which groups are held out.</param>
    /// <param name="channel">Warned where none can be.</param>
    public static (List<LabelledClip> Training, List<LabelledClip> Validation) Read(
        IHost host, IDataView input, ClipColumns columns, ClipColumns? validationColumns, VideoTrainingOptions options, int seed, IChannel channel)
    {
        var (clips, groups) = LabelledClipReader.Read(host, "training", input, columns, options);
        if (validationColumns is not null)
            return (clips, LabelledClipReader.Read(host, "validation", options.ValidationSet!, validationColumns, options).Clips);
        var (training, validation) = Split(clips, groups, options.ValidationFraction, seed);
        if (validation.Count == 0 && options.ValidationFraction > 0)
            channel.Warning($"ValidationFraction is {options.ValidationFraction}, but "
                + (options is VideoClassifierOptions ? "no label has two groups of clips" : "all clips are of one group")
                + ", so none is held out.");
        return (training, validation);
    }

    /// <summary>
    /// Splits rows. Each label gives up about its share, at least one group if it has two, and keeps at least one; a group with
    /// clips of several labels goes to one side as a whole.
    /// </summary>
    /// <param name="clips">The rows.</param>
    /// <param name="groups">The group of each row; empty when every row is its own.</param>
    /// <param name="fraction">The share to hold out, in [0, 1).</param>
    /// <param name="seed">Which groups are taken.</param>
    public static (List<LabelledClip> Training, List<LabelledClip> Validation) Split(
        List<LabelledClip> clips, List<string> groups, double fraction, int seed)
    {
        if (fraction == 0)
            return (clips, []);
        var units = Enumerable.Range(0, clips.Count)
            .GroupBy(row => groups.Count > 0 ? groups[row] : row.ToString())
            .Select(group => new Unit([.. group], group.CountBy(row => clips[row].Label).ToDictionary()))
            .ToArray();
        var wanted = clips.CountBy(clip => clip.Label).ToDictionary(l => l.Key, l => Math.Max(1, (int)Math.Round(fraction * l.Value)));
        var unitsLeft = units.SelectMany(unit => unit.Labels).CountBy(label => label).ToDictionary();

        new Random(seed).Shuffle(units);
        var heldOut = new HashSet<int>();
        var given = new HashSet<int>();
        foreach (var unit in units.Where(unit => unit.Sizes.All(label => label.Value <= wanted[label.Key])))
            HoldOut(unit);
        // A label whose groups are all larger than its share gives its smallest.
        foreach (var unit in units.OrderBy(unit => unit.Rows.Length).Where(unit => unit.Labels.Any(label => !given.Contains(label))))
            HoldOut(unit);

        void HoldOut(Unit unit)
        {
            var more = unit.Sizes.All(label => label.Value <= wanted[label.Key]) || unit.Labels.Any(label => !given.Contains(label));
            if (!more || unit.Labels.Any(label => unitsLeft[label] == 1))
                return;
            heldOut.UnionWith(unit.Rows);
            given.UnionWith(unit.Labels);
            foreach (var (label, size) in unit.Sizes)
            {
                wanted[label] -= size;
                unitsLeft[label]--;
            }
        }

        return (
            [.. clips.Where((_, row) => !heldOut.Contains(row))],
            [.. clips.Where((_, row) => heldOut.Contains(row))]);
    }

    /// <summary>Rows that stay together.</summary>
    private sealed record Unit(int[] Rows, Dictionary<int, int> Sizes)
    {
        public IEnumerable<int> Labels => Sizes.Keys;
    }
}
