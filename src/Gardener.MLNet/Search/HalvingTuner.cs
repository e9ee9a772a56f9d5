namespace GardenerML.Search;

/// <summary>Few epochs for all, more for the best.</summary>
internal sealed class HalvingTuner(int factor, int firstEpochs) : GardenerTuner
{
    public override IEnumerable<GardenerTrialSettings> Propose(GardenerTunerContext context)
    {
        var left = context.Candidates;
        for (long until = firstEpochs; left.Count > 0; until *= factor)
        {
            GardenerTrialSettings[] round =
                [.. left.Select(trial => trial with { TrainedEpochs = (int)Math.Min(until, trial.Epochs) })];
            if (Array.Exists(round, trial => context.Find(trial) is null))
                return round;
            if (Array.TrueForAll(round, trial => trial.TrainedEpochs == trial.Epochs))
                break;
            var ranked = context.Rank(round);
            left = [.. ranked.Take((ranked.Count + factor - 1) / factor)];
        }
        return [];
    }

    public override string ToString() => $"halving:{factor}";
}
