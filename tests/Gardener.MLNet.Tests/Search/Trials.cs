using GardenerML.Search;

namespace GardenerML.Tests.Search;

/// <summary>Trials that are thought up.</summary>
internal static class Trials
{
    public const int Blocks = 12;

    /// <summary>A trial that removes the first blocks.</summary>
    public static GardenerTrialSettings Of(int removed, int epochs = 4, double rate = 1e-3, string criterion = "entropy", int id = 0) => new()
    {
        TrialId = id,
        Criterion = criterion,
        Removed = [.. Enumerable.Range(0, removed)],
        BlockCount = Blocks,
        Epochs = epochs,
        WarmupEpochs = Math.Min(1, epochs / 2.0),
        TrainedEpochs = epochs,
        LearningRate = rate,
        LayerDecay = 1,
        Seed = 1,
    };

    /// <summary>What the model of a trial costs: less with every block that is removed.</summary>
    public static GardenerTrialCost Cost(GardenerTrialSettings settings)
    {
        var kept = settings.BlockCount - settings.Removed.Count;
        return new GardenerTrialCost(100 * kept, kept, 10 * kept, 1000 * kept);
    }

    public static GardenerTrialResult Completed(GardenerTrialSettings settings, double accuracy) => new()
    {
        TrialSettings = settings,
        State = GardenerTrialState.Completed,
        Cost = Cost(settings),
        Accuracy = accuracy,
        MeanClassRecall = accuracy,
        LogLoss = 1 - accuracy,
        ClipCount = 10,
    };

    public static GardenerTrial Ended(this GardenerTrialResult result) => new(result.TrialSettings, result.State, result);

    /// <summary>Lets a tuner choose until it wants no more, with a runner that is a function.</summary>
    /// <returns>What it chose, in order.</returns>
    public static List<GardenerTrialResult> Search(
        GardenerTuner tuner, IReadOnlyList<GardenerTrialSettings> candidates, Func<GardenerTrialSettings, GardenerTrialResult> run,
        GardenerConstraints? constraints = null)
    {
        var ended = new List<GardenerTrialResult>();
        while (true)
        {
            var context = new GardenerTunerContext(
                candidates, ended.Select(Ended), GardenerMetric.Accuracy, constraints ?? new GardenerConstraints());
            if (tuner.Propose(context).FirstOrDefault(trial => context.Find(trial) is null) is not { } next)
                return ended;
            ended.Add(run(next with { TrialId = ended.Count + 1 }));
        }
    }
}
