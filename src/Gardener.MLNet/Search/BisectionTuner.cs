namespace GardenerML.Search;

/// <summary>Halves the range of the number of removed blocks.</summary>
internal sealed class BisectionTuner : GardenerTuner
{
    public override IEnumerable<GardenerTrialSettings> Propose(GardenerTunerContext context) => context.Candidates
        .GroupBy(trial => (trial.Criterion, trial.Epochs, trial.LearningRate, trial.LayerDecay))
        .Select(group => Next(context, [.. group.OrderBy(trial => trial.Removed.Count)]))
        .OfType<GardenerTrialSettings>();

    public override string ToString() => "bisection";

    internal override void Check(GardenerConstraints constraints)
    {
        if (!constraints.HasMinimum)
            throw new InvalidOperationException(
                "Bisection looks for the most blocks whose removal keeps a wanted quality; say which: set MinimumAccuracy or MinimumMeanClassRecall.");
    }

    private static GardenerTrialSettings? Next(GardenerTunerContext context, GardenerTrialSettings[] trials)
    {
        int enough = -1, tooMany = trials.Length;
        while (tooMany - enough > 1)
        {
            var middle = (enough + tooMany) / 2;
            if (context.Find(trials[middle]) is not { } result)
                return trials[middle];
            // A model that exceeds a maximum is too large, whatever its accuracy would be: more must go.
            if (result.State == GardenerTrialState.Infeasible || context.HasQuality(result))
                enough = middle;
            else
                tooMany = middle;
        }
        return null;
    }
}
