namespace GardenerML.Search;

/// <summary>What a tuner knows.</summary>
public sealed class GardenerTunerContext
{
    private readonly Dictionary<string, GardenerTrialResult> _finished;
    private readonly GardenerConstraints _constraints;
    private readonly TrialRanking _ranking;

    internal GardenerTunerContext(
        IReadOnlyList<GardenerTrialSettings> candidates, IEnumerable<GardenerTrial> trials, GardenerMetric metric,
        GardenerConstraints constraints)
    {
        Candidates = candidates;
        _constraints = constraints;
        _ranking = new TrialRanking(metric, constraints);
        // What exceeded another maximum may be within the present one.
        _finished = trials.Select(trial => trial.Result)
            .OfType<GardenerTrialResult>()
            .Where(result => result.State is GardenerTrialState.Completed or GardenerTrialState.Failed
                || (result is { State: GardenerTrialState.Infeasible, Cost: { } cost } && constraints.Exceeded(cost) is not null))
            .ToDictionary(result => result.TrialSettings.Key);
    }

    /// <summary>All trials of the search space, with all of their epochs, none twice.</summary>
    public IReadOnlyList<GardenerTrialSettings> Candidates { get; }

    /// <summary>How a trial ended; null where it has not.</summary>
    /// <param name="settings">The trial.</param>
    public GardenerTrialResult? Find(GardenerTrialSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return _finished.GetValueOrDefault(settings.Key);
    }

    /// <summary>Whether a trial's model has the accuracy and the recall that are wanted.</summary>
    /// <param name="result">How the trial ended.</param>
    public bool HasQuality(GardenerTrialResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return _constraints.HasQuality(result);
    }

    /// <summary>The completed ones of some trials, the best first.</summary>
    /// <param name="trials">The trials.</param>
    public IReadOnlyList<GardenerTrialSettings> Rank(IEnumerable<GardenerTrialSettings> trials)
    {
        ArgumentNullException.ThrowIfNull(trials);
        return
        [
            .. trials.Select(trial => (Trial: trial, Result: Find(trial)))
                .Where(pair => pair.Result is { State: GardenerTrialState.Completed })
                .OrderBy(pair => pair.Result!, _ranking)
                .Select(pair => pair.Trial),
        ];
    }
}
