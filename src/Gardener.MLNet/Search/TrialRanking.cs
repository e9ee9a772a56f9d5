namespace GardenerML.Search;

/// <summary>
/// Orders completed trials, the best first. Those that keep the constraints come before the others. Where a quality is wanted, the
/// smallest model that has it is the best; else, and among those that lack it, the one with the best metric. Of equal ones the
/// smaller model, then the trial that was started first.
/// </summary>
internal sealed class TrialRanking(GardenerMetric metric, GardenerConstraints constraints) : IComparer<GardenerTrialResult>
{
    public int Compare(GardenerTrialResult? x, GardenerTrialResult? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        bool first = constraints.AreMet(x), second = constraints.AreMet(y);
        if (first != second)
            return first ? -1 : 1;
        var size = x.Cost!.Parameters.CompareTo(y.Cost!.Parameters);
        if (first && constraints.HasMinimum && size != 0)
            return size;
        var quality = Quality(y).CompareTo(Quality(x));
        return quality != 0 ? quality : size != 0 ? size : x.TrialSettings.TrialId.CompareTo(y.TrialSettings.TrialId);
    }

    /// <summary>The metric as a number of which the highest is the best; what is no number is the worst.</summary>
    public double Quality(GardenerTrialResult result)
    {
        var value = result.Metric(metric) ?? double.NaN;
        return double.IsNaN(value) ? double.NegativeInfinity : metric == GardenerMetric.LogLoss ? -value : value;
    }

    /// <summary>
    /// Of each training the completed trial that went furthest, in the order of trials; its model is the one that is kept.
    /// </summary>
    public static IEnumerable<GardenerTrialResult> Furthest(IEnumerable<GardenerTrial> trials) => trials
        .Where(trial => trial.State == GardenerTrialState.Completed)
        .Select(trial => trial.Result!)
        .GroupBy(result => result.TrialSettings.TrainingName)
        .Select(group => group.MaxBy(result => result.TrialSettings.TrainedEpochs)!)
        .OrderBy(result => result.TrialSettings.TrialId);

    /// <summary>The best trial that keeps the constraints; null if none does.</summary>
    public GardenerTrialResult? Best(IEnumerable<GardenerTrial> trials) =>
        Furthest(trials).Where(constraints.AreMet).Order(this).FirstOrDefault();
}
