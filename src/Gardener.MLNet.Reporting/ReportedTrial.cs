using GardenerML.Search;

namespace GardenerML.Reporting;

/// <summary>A trial of a search for how much can be pruned. What was not measured is null.</summary>
public sealed record ReportedTrial
{
    /// <summary>What the trial is called.</summary>
    public required string Name { get; init; }

    /// <summary>How it ended, in a word or two.</summary>
    public required string Status { get; init; }

    /// <summary>Why it was not trained, or failed; null where there is nothing to explain.</summary>
    public string? Reason { get; init; }

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

    /// <summary>Whether its training went on in another trial, whose model replaced its own; it is on no front then.</summary>
    public bool IsSuperseded { get; init; }

    /// <summary>The trials of the library's own search.</summary>
    /// <param name="trials">All trials of the search: of those of one training, the others are superseded by the furthest.</param>
    /// <param name="best">The best one, which is marked as such; null where it is not known.</param>
    public static IReadOnlyList<ReportedTrial> Of(IReadOnlyList<GardenerTrial> trials, GardenerTrialSettings? best = null)
    {
        ArgumentNullException.ThrowIfNull(trials);
        var furthest = TrialRanking.Furthest(trials).Select(result => result.TrialSettings.TrialId).ToHashSet();
        return [.. trials.Select(trial => Of(
            trial, trial.State == GardenerTrialState.Completed && !furthest.Contains(trial.Settings.TrialId),
            best is not null && best.TrialId == trial.Settings.TrialId))];
    }

    private static ReportedTrial Of(GardenerTrial trial, bool isSuperseded, bool isBest)
    {
        var state = trial.State.ToString().ToLowerInvariant();
        return new()
        {
            Name = FormattableString.Invariant($"{trial.Settings.TrialId}: {trial.Settings}"),
            Status = isSuperseded ? "superseded" : isBest ? $"{state}, the best" : state,
            Reason = trial.Result?.Error,
            IsSuperseded = isSuperseded,
            Accuracy = trial.Result?.Accuracy,
            LatencyInMilliseconds = trial.Result?.Cost?.LatencyInMilliseconds,
            ModelBytes = trial.Result?.Cost?.ModelBytes,
            Parameters = trial.Result?.Cost?.Parameters,
            GigaFlops = trial.Result?.Cost?.GigaFlops,
            RemovedBlocks = trial.Settings.Removed,
        };
    }

    /// <summary>The trials that none beats by accuracy at its cost; a training counts once, as it ended.</summary>
    internal static HashSet<ReportedTrial> Front(IEnumerable<ReportedTrial> trials, Func<ReportedTrial, double?> cost) => new(
        ParetoFront.Of(trials.Where(trial => !trial.IsSuperseded), trial => trial.Accuracy ?? double.NaN, trial => cost(trial) ?? double.NaN),
        ReferenceEqualityComparer.Instance);
}
