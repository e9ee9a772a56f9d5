using System.Globalization;

namespace GardenerML.Pruning;

/// <summary>The names of the criteria that a command line and a saved plan may give.</summary>
internal static class CriterionNames
{
    private static readonly PruningCriterion[] Plain =
    [
        PruningCriterion.Entropy,
        PruningCriterion.ExactEntropy,
        PruningCriterion.ValueEntropy,
        PruningCriterion.MeanAbsolute,
        PruningCriterion.Variance,
        PruningCriterion.StandardDeviation,
        PruningCriterion.L1,
        PruningCriterion.L2,
        PruningCriterion.Kurtosis,
        PruningCriterion.MutualInformation,
    ];

    private static readonly (string Name, string Argument, int Default, Func<int, PruningCriterion> Make)[] WithNumber =
    [
        ("uniform-shared-entropy", "BINS", 256, PruningCriterion.UniformSharedEntropy),
        ("uniform-own-entropy", "BINS", 256, PruningCriterion.UniformOwnEntropy),
        ("random", "SEED", 0, PruningCriterion.Random),
    ];

    /// <summary>The names as a message lists them.</summary>
    public static string Allowed { get; } = string.Join(
        ", ", [.. Plain.Select(criterion => criterion.Name), .. WithNumber.Select(entry => $"{entry.Name}[:{entry.Argument}]")]);

    public static PruningCriterion Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (Array.Find(Plain, criterion => criterion.Name == name) is { } plain)
            return plain;
        var parts = name.Split(':', 2);
        foreach (var entry in WithNumber.Where(entry => entry.Name == parts[0]))
        {
            if (parts.Length == 1)
                return entry.Make(entry.Default);
            if (int.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                return entry.Make(number);
        }
        throw new ArgumentException($"There is no pruning criterion '{name}'. Allowed are: {Allowed}.", nameof(name));
    }
}
