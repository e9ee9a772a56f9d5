namespace GardenerML.Orleans;

/// <summary>A <see cref="TrialQueue"/> of the cluster.</summary>
internal sealed class TrialQueueGrain : Grain, ITrialQueueGrain
{
    private readonly TrialQueue _queue = new(TimeProvider.System);

    public Task<TrialStatus> FollowAsync(string key, string request) => Task.FromResult(_queue.Follow(key, request));

    public Task<bool> LeaveAsync(string key) => Task.FromResult(_queue.Leave(key));

    public Task<TrialWork?> TakeAsync(string worker, TimeSpan lease) => Task.FromResult(_queue.Take(worker, lease));

    public Task<bool> BeatAsync(string worker, TrialWork work, string? progress) => Task.FromResult(_queue.Beat(worker, work, progress));

    public Task FinishAsync(string worker, TrialWork work, TrialOutcome? outcome)
    {
        _queue.Finish(worker, work, outcome);
        return Task.CompletedTask;
    }
}
