using System.Text.Json;
using GardenerML.Search;
using GardenerML.Training;

namespace GardenerML.Orleans;

/// <summary>
/// Runs trials on the silos of a cluster. Several may run at a time; one more than there are silos waits. A trial whose silo is lost goes
/// on at another from the state that it left in the experiment's folder; while the cluster is away, trials wait.
/// </summary>
public sealed class OrleansTrialRunner : IGardenerTrialRunner
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PatienceAtTheEnd = TimeSpan.FromSeconds(30);

    private readonly ITrialQueueGrain _queue;

    /// <summary>Makes a runner.</summary>
    /// <param name="cluster">The client of the cluster.</param>
    /// <param name="experiment">The experiment's name in the cluster, the one of <see cref="GardenerTrialOptions.Experiment"/>.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public OrleansTrialRunner(IGrainFactory cluster, string experiment)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentException.ThrowIfNullOrWhiteSpace(experiment);
        _queue = cluster.GetGrain<ITrialQueueGrain>(experiment);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The silo that ran it says that it failed.</exception>
    /// <exception cref="ResumeFolderInUseException">A silo that was given up still has the trial's state.</exception>
    public async Task<GardenerTrialResult> RunAsync(
        GardenerTrialRequest request, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var folder = Path.GetFullPath(request.Folder);
        var key = $"{request.Settings.Key} in {folder}";
        var json = JsonSerializer.Serialize(request with { Folder = folder });
        string? told = null;
        try
        {
            while (true)
            {
                var status = await PersistAsync(() => _queue.FollowAsync(key, json), cancellationToken);
                if (status.Progress is { } step && step != told)
                    progress?.Report(JsonSerializer.Deserialize<TrainingProgress>(told = step)!);
                if (status.Outcome is { } outcome)
                    return Result(outcome, status.Worker);
                await Task.Delay(Pause, cancellationToken);
            }
        }
        finally
        {
            await LeaveAsync(key);
        }
    }

    private static GardenerTrialResult Result(TrialOutcome outcome, string? worker)
    {
        if (outcome.Result is { } result)
            return JsonSerializer.Deserialize<GardenerTrialResult>(result)!;
        var error = $"{worker}: {outcome.Error}";
        throw outcome.FolderInUse ? new ResumeFolderInUseException(error) : new InvalidOperationException(error);
    }

    /// <summary>Says that the trial is not waited for, and waits until no silo writes to its files.</summary>
    private async Task LeaveAsync(string key)
    {
        using var end = new CancellationTokenSource(PatienceAtTheEnd);
        try
        {
            while (!await PersistAsync(() => _queue.LeaveAsync(key), end.Token))
                await Task.Delay(Pause, end.Token);
        }
        catch (Exception)
        {
            // The silo stops by itself when nobody follows the trial.
        }
    }

    /// <summary>
    /// Calls until there is an answer. Where a silo or the whole cluster is away, calls fail; that is no failure of the trial, which would
    /// be recorded and not tried again.
    /// </summary>
    private static async Task<T> PersistAsync<T>(Func<Task<T>> call, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await call().WaitAsync(cancellation);
            }
            catch (Exception e) when (e is OrleansException or TimeoutException)
            {
                await Task.Delay(Pause, cancellation);
            }
        }
    }
}
