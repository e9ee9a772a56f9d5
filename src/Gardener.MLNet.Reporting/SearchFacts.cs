using GardenerML.Reporting.Html;
using GardenerML.Search;

namespace GardenerML.Reporting;

/// <summary>What there is to say of a search in a line each.</summary>
internal static class SearchFacts
{
    public static IReadOnlyList<ReportFact> Of(GardenerExperimentResult search)
    {
        var description = search.Description;
        return
        [
            new("Data", Data(search)),
            new("Checkpoint", description.Checkpoint),
            new("Limits", description.Constraints.ToString()),
            new("Compared by", description.Metric switch
            {
                GardenerMetric.MeanClassRecall => "mean class recall (UAR), the highest",
                GardenerMetric.LogLoss => "log-loss, the lowest",
                _ => "accuracy (WAR), the highest",
            }),
            new("Trials", string.Join(", ", search.Trials.GroupBy(trial => trial.State).Select(
                state => $"{state.Count()} {state.Key.ToString().ToLowerInvariant()}")) is { Length: > 0 } states ? states : "none yet"),
            new("Best", Best(search)),
        ];
    }

    private static string Best(GardenerExperimentResult search)
    {
        if (search.BestTrial is { } best)
            return best.TrialSettings.ToString();
        return search.Trials.Any(trial => trial.State == GardenerTrialState.Completed)
            ? "no completed trial keeps the limits"
            : "no trial is completed";
    }

    /// <summary>The data's name, and how many clips accuracies are shares of.</summary>
    private static string Data(GardenerExperimentResult search)
    {
        var name = search.Description.DataName ?? "without a name";
        return search.Trials.Select(trial => trial.Result?.ClipCount ?? 0).Append(0).Max() is var clips and > 0
            ? $"{name}; compared on {Numbers.Count(clips, "clip")}"
            : name;
    }
}
