using GardenerML.Search;

namespace GardenerML.Samples.CommandLine;

/// <summary>What <c>search --json</c> prints.</summary>
/// <param name="Trials">All trials, in the order of starting.</param>
/// <param name="Best">The best one; absent if none keeps the constraints.</param>
/// <param name="Zip">The file of its model.</param>
/// <param name="Pareto">The trials that no other one beats.</param>
internal sealed record SearchDocument(
    IReadOnlyList<SearchDocument.Trial> Trials, SearchDocument.Trial? Best, string? Zip, SearchDocument.Fronts Pareto)
{
    public static SearchDocument Of(GardenerExperimentResult result, string? zip)
    {
        Trial[] trials = [.. result.Trials.Select(trial => Make(trial, result))];
        return new SearchDocument(
            trials, trials.FirstOrDefault(trial => trial.Id == result.BestTrial?.TrialSettings.TrialId), zip,
            new Fronts(Ids(result.ParetoByLatency), Ids(result.ParetoBySize)));

        static int[] Ids(IEnumerable<GardenerTrialResult> front) => [.. front.Select(trial => trial.TrialSettings.TrialId)];
    }

    private static Trial Make(GardenerTrial trial, GardenerExperimentResult experiment)
    {
        var (settings, state, result) = trial;
        var cost = result?.Cost;
        return new Trial(
            settings.TrialId, state, settings.Criterion, settings.Removed, settings.Ratio, settings.Epochs, settings.WarmupEpochs, settings.TrainedEpochs,
            settings.LearningRate, settings.LayerDecay, result?.Accuracy, result?.MeanClassRecall, result?.LogLoss, cost?.Parameters,
            cost?.GigaFlops, cost?.LatencyInMilliseconds, cost?.ModelBytes, result?.DurationInSeconds, result?.Error,
            state == GardenerTrialState.Completed ? experiment.ModelFile(settings) : null);
    }

    /// <summary>A trial; what is not known is absent.</summary>
    internal sealed record Trial(
        int Id, GardenerTrialState State, string Criterion, IReadOnlyList<int> Removed, double Ratio, int Epochs, double WarmupEpochs, int TrainedEpochs,
        double LearningRate, double LayerDecay, double? Accuracy, double? Uar, double? LogLoss, long? Parameters, double? Gflops,
        double? Latency, long? Bytes, double? Seconds, string? Error, string? Zip);

    /// <summary>Numbers of trials, of which no other is as accurate at as low a cost and one of the two better; ascending by cost.</summary>
    internal sealed record Fronts(IReadOnlyList<int> Latency, IReadOnlyList<int> Size);
}
