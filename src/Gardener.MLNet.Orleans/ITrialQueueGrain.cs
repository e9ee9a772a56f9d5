namespace GardenerML.Orleans;

/// <summary>
/// The trials of one experiment that wait or run, by its name. Every call is short, and may be made again when it is not known
/// whether it arrived.
/// </summary>
internal interface ITrialQueueGrain : IGrainWithStringKey
{
    /// <inheritdoc cref="TrialQueue.Follow"/>
    Task<TrialStatus> FollowAsync(string key, string request);

    /// <inheritdoc cref="TrialQueue.Leave"/>
    Task<bool> LeaveAsync(string key);

    /// <inheritdoc cref="TrialQueue.Take"/>
    Task<TrialWork?> TakeAsync(string worker, TimeSpan lease);

    /// <inheritdoc cref="TrialQueue.Beat"/>
    Task<bool> BeatAsync(string worker, TrialWork work, string? progress);

    /// <inheritdoc cref="TrialQueue.Finish"/>
    Task FinishAsync(string worker, TrialWork work, TrialOutcome? outcome);
}
