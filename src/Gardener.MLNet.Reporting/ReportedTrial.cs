using GardenerML.Search;

namespace GardenerML.Reporting;

/// <summary>A trial of a search for how much can be pruned. What was not measured is null.</summary>
public sealed record ReportedTrial
{
    /// <summary>What the trial is called.</summary>
    public required string Name { get; init; }

    /// <summary>How it ended, in a word or two.</summary>
    public required string Status { get; init; }

    /// <summary>Share of clips labelled right, in [0, 1].</summary>
    public double? Accuracy { get; init; }

    /// <summary>Time of a clip, in milliseconds.</summary>
    public double? LatencyInMilliseconds { get; init; }

    /// <summary>Size of the saved model, in bytes.</summary>
    public long? ModelBytes { get; init; }

    /// <summary>Number of parameters.</summary>
    public long? Parameters { get; init; }

    /// <summary>Multiply-adds of a clip in units of 10^9.</summary>
    public double? GigaFlops { get; init; }

    /// <summary>Numbers of the removed blocks, from 0, ascending; null where they are not known.</summary>
    public IReadOnlyList<int>? RemovedBlocks { get; init; }

    /// <summary>A trial of the library's own search.</summary>
    /// <param name="trial">The trial.</param>
    public static ReportedTrial Of(GardenerTrial trial)
    {
        ArgumentNullException.ThrowIfNull(trial);
        return new()
        {
            Name = trial.Settings.ToString(),
            Status = trial.State.ToString().ToLowerInvariant(),
            Accuracy = trial.Result?.Accuracy,
            LatencyInMilliseconds = trial.Result?.Cost?.LatencyInMilliseconds,
            ModelBytes = trial.Result?.Cost?.ModelBytes,
            Parameters = trial.Result?.Cost?.Parameters,
            GigaFlops = trial.Result?.Cost?.GigaFlops,
            RemovedBlocks = trial.Settings.Removed,
        };
    }

    /// <summary>The trials that none beats by accuracy at its cost.</summary>
    internal static HashSet<ReportedTrial> Front(IEnumerable<ReportedTrial> trials, Func<ReportedTrial, double?> cost) => new(
        ParetoFront.Of(trials, trial => trial.Accuracy ?? double.NaN, trial => cost(trial) ?? double.NaN),
        ReferenceEqualityComparer.Instance);
}
