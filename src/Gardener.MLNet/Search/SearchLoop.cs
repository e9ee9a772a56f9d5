using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using GardenerML.Training;
using Microsoft.ML.Runtime;

namespace GardenerML.Search;

/// <summary>Runs the trials that a tuner wants, one or several at a time, beside other processes that do the same.</summary>
internal sealed class SearchLoop(
    IHost host, IGardenerTrialStore store, IGardenerTrialRunner runner, GardenerTuner tuner, IReadOnlyList<GardenerTrialSettings> candidates)
{
    private const int MostFailuresTold = 10;
    private const int RecordingAttempts = 4;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Several of them end before the shortest lease does, as a trial that has ended is not renewed.</summary>
    private static readonly TimeSpan RecordingPause = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<int, CancellationTokenSource> _current = new();
    private readonly HashSet<string> _inFlight = [];
    private readonly ConcurrentDictionary<string, long> _waiting = new();

    public required string Folder { get; init; }

    /// <summary>What other machines must have in common with this one; null where none run trials.</summary>
    public IReadOnlyDictionary<string, string>? Experiment { get; init; }

    public required TimeSpan Lease { get; init; }

    public required GardenerMetric Metric { get; init; }

    public required GardenerConstraints Constraints { get; init; }

    public IGardenerMonitor? Monitor { get; init; }

    public TimeSpan? Time { get; init; }

    public int? MaximumTrials { get; init; }

    public int MaximumConcurrentTrials { get; init; } = 1;

    private TrialRanking Ranking => new(Metric, Constraints);

    /// <summary>Runs trials until the tuner wants no more, or a limit is reached.</summary>
    /// <returns>All trials.</returns>
    public async Task<IReadOnlyList<GardenerTrial>> RunAsync(CancellationToken cancellation)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (Time is { } time)
            limited.CancelAfter(time);
        try
        {
            await RunAllAsync(limited.Token);
        }
        catch (OperationCanceledException) when (limited.IsCancellationRequested)
        {
            // The user's wish is an exception, the end of the time is not.
        }
        cancellation.ThrowIfCancellationRequested();
        var trials = await store.GetTrialsAsync(cancellation);
        RequireSuccess(trials, timeIsOver: limited.IsCancellationRequested);
        return trials;
    }

    /// <summary>Ends a trial if it runs.</summary>
    public void CancelTrial(int trialId)
    {
        if (!_current.TryGetValue(trialId, out var current))
            return;
        try
        {
            current.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }

    private async Task RunAllAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = new List<Task<EndedRun>>();
        Exception fault;
        try
        {
            await RunAllAsync(running, stop.Token);
            return;
        }
        catch (Exception e)
        {
            fault = e;
        }
        await stop.CancelAsync();
        foreach (var run in running)
        {
            try
            {
                await RecordAsync(await run);
            }
            catch (Exception e)
            {
                // What came first is told, but that something failed before that it was cancelled.
                if (fault is OperationCanceledException)
                    fault = e;
            }
        }
        ExceptionDispatchInfo.Throw(fault);
    }

    private async Task RunAllAsync(List<Task<EndedRun>> running, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var full = running.Count == MaximumConcurrentTrials;
            var (next, over) = full ? (null, false) : await StartNextAsync(cancellation);
            if (next is not null)
            {
                await ReportRunningAsync(next);
                _inFlight.Add(next.Key);
                running.Add(RunAsync(next, cancellation));
                continue;
            }
            // What still runs here may make the tuner want more.
            if (over && running.Count == 0)
                return;
            if (await AnyAsync(running, full || over ? Timeout.InfiniteTimeSpan : Pause, cancellation) is { } ended)
                await RecordAsync(ended);
        }
    }

    private async Task ReportRunningAsync(GardenerTrialSettings trial)
    {
        try
        {
            Monitor?.ReportRunningTrial(trial);
        }
        catch
        {
            await store.ReleaseAsync(trial.TrialId, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Waits until a run has ended, which it takes from the list, or for a while.</summary>
    private static async Task<EndedRun?> AnyAsync(List<Task<EndedRun>> running, TimeSpan atMost, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var pause = Task.Delay(atMost, end.Token);
        var ended = await Task.WhenAny([.. running, pause]);
        if (ended is not Task<EndedRun> run)
        {
            await ended;
            return null;
        }
        await end.CancelAsync();
        running.Remove(run);
        return await run;
    }

    /// <summary>Starts the trial that is wanted most.</summary>
    /// <returns>The trial; null where all that are wanted run already, or no more are: then the search is over.</returns>
    private async Task<(GardenerTrialSettings? Next, bool Over)> StartNextAsync(CancellationToken cancellation)
    {
        var trials = await store.GetTrialsAsync(cancellation);
        if (AreEnough(trials))
            return (null, true);
        var context = new GardenerTunerContext(candidates, trials, Metric, Constraints);
        var wanted = tuner.Propose(context).Where(trial => context.Find(trial) is null).ToList();
        if (wanted.Count == 0)
        {
            DeleteStates(trials);
            return (null, true);
        }
        var running = trials.Where(trial => trial.State == GardenerTrialState.Running).Select(trial => trial.Settings.Key).ToHashSet();
        // A lease that has run out meanwhile does not end what runs here.
        running.UnionWith(_inFlight);
        foreach (var trial in wanted.Where(trial => !running.Contains(trial.Key) && !Waits(trial)))
        {
            if (await store.TryStartAsync(trial, Lease, MaximumTrials, cancellation) is { } started)
                return (started, false);
            // Another process has it, or the last one that there may be.
            if (MaximumTrials is not null && AreEnough(await store.GetTrialsAsync(cancellation)))
                return (null, true);
        }
        return (null, false);
    }

    private bool AreEnough(IReadOnlyList<GardenerTrial> trials) => trials.Count(trial => trial.State.Counts()) >= MaximumTrials;

    private bool Waits(GardenerTrialSettings trial) => _waiting.TryGetValue(trial.Key, out var until) && Environment.TickCount64 < until;

    /// <summary>Deletes the state of trainings, unless a trial may yet go on from one.</summary>
    private void DeleteStates(IReadOnlyList<GardenerTrial> trials)
    {
        if (trials.Any(GoesOn) || !Directory.Exists(TrialFiles.States(Folder)))
            return;
        // One by one: another process may have started a trial meanwhile, and holds its folder.
        foreach (var folder in Directory.GetDirectories(TrialFiles.States(Folder)))
            TrainingStore.Delete(folder);
        try
        {
            Directory.Delete(TrialFiles.States(Folder));
        }
        catch (IOException)
        {
            // It is not empty, or gone.
        }
    }

    private async Task<EndedRun> RunAsync(GardenerTrialSettings settings, CancellationToken cancellation)
    {
        using var channel = host.Start("Search");
        channel.Info($"Trial {settings.TrialId}: {settings}.");
        using var skipped = new CancellationTokenSource();
        using var lost = new CancellationTokenSource();
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancellation, skipped.Token, lost.Token);
        var clock = Stopwatch.StartNew();
        var progress = Monitor is null ? null : new MonitoredProgress(Monitor, settings);
        _current[settings.TrialId] = skipped;
        try
        {
            var result = await WhileRenewingAsync(settings.TrialId, lost, channel, () => runner.RunAsync(
                new GardenerTrialRequest(settings, Constraints, Folder) { Experiment = Experiment }, progress, any.Token));
            Check(result);
            return new EndedRun(settings, result with { TrialSettings = settings }, null, progress?.Failure);
        }
        catch (Exception) when (progress?.Failure is not null)
        {
            return new EndedRun(settings, null, null, progress.Failure);
        }
        catch (ResumeFolderInUseException e)
        {
            channel.Warning($"Trial {settings.TrialId} waits: {e.Message}");
            _waiting[settings.Key] = Environment.TickCount64 + (long)Lease.TotalMilliseconds;
            return new EndedRun(settings, null, null, null);
        }
        catch (OperationCanceledException) when (any.IsCancellationRequested && !skipped.IsCancellationRequested)
        {
            if (lost.IsCancellationRequested)
                channel.Warning($"Trial {settings.TrialId} was taken over by another process.");
            return new EndedRun(settings, null, null, null);
        }
        catch (Exception e)
        {
            var failure = e is OperationCanceledException && skipped.IsCancellationRequested
                ? new OperationCanceledException("The trial was cancelled by CancelTrial.", e)
                : e;
            var result = new GardenerTrialResult
            {
                TrialSettings = settings,
                State = GardenerTrialState.Failed,
                Error = failure.Message,
                DurationInSeconds = clock.Elapsed.TotalSeconds,
            };
            return new EndedRun(settings, result, failure, null);
        }
        finally
        {
            _current.TryRemove(settings.TrialId, out _);
        }
    }

    private async Task RecordAsync(EndedRun run)
    {
        await RecordAsync(run.Settings, run.Result, run.Failure);
        if (run.MonitorFailure is { } thrown)
            ExceptionDispatchInfo.Throw(thrown);
    }

    private async Task RecordAsync(GardenerTrialSettings settings, GardenerTrialResult? result, Exception? failure)
    {
        _inFlight.Remove(settings.Key);
        using var channel = host.Start("Search");
        if (result is null)
        {
            await store.ReleaseAsync(settings.TrialId, CancellationToken.None);
            return;
        }
        var (best, recorded) = await FinishAsync(result, channel);
        if (!recorded)
            return;
        await CleanAsync(result);
        Report(result, best, failure, channel);
    }

    /// <summary>
    /// Records how a trial ended. A store that fails is asked again: hours of training should not be lost to a disk that was full for a
    /// moment. Where it goes on failing, the trial is given back, so that it need not wait for the end of its lease, and the search ends.
    /// </summary>
    /// <returns>The best trial before it, and whether the result was recorded: not where the trial belongs to another by now.</returns>
    private async Task<(GardenerTrialResult? Best, bool Recorded)> FinishAsync(GardenerTrialResult result, IChannel channel)
    {
        var id = result.TrialSettings.TrialId;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var best = Ranking.Best(await store.GetTrialsAsync(CancellationToken.None));
                return (best, await store.TryFinishAsync(result, CancellationToken.None));
            }
            catch (Exception e) when (attempt < RecordingAttempts && e is not InvalidDataException)
            {
                channel.Warning($"The store did not record the end of trial {id} and is asked again: {e.Message}");
                await Task.Delay(RecordingPause);
            }
            catch (Exception)
            {
                channel.Warning($"The end of trial {id} is not recorded; the same experiment runs it again.");
                await GiveBackAsync(id, channel);
                throw;
            }
        }
    }

    /// <summary>Gives a trial back, if the store lets it.</summary>
    private async Task GiveBackAsync(int trialId, IChannel channel)
    {
        try
        {
            await store.ReleaseAsync(trialId, CancellationToken.None);
        }
        catch (Exception e)
        {
            // What made this necessary is told by whoever calls.
            channel.Warning($"Trial {trialId} could not be given back; it is free when its lease of {Lease} ends, or this process does: {e.Message}");
        }
    }

    /// <summary>Deletes what a trial leaves that is of no use any more.</summary>
    private async Task CleanAsync(GardenerTrialResult result)
    {
        var settings = result.TrialSettings;
        TrainingStore.Delete(TrialFiles.OwnState(Folder, settings));
        GardenerTrial[] training =
        [
            .. (await store.GetTrialsAsync(CancellationToken.None)).Where(trial => trial.Settings.TrainingName == settings.TrainingName),
        ];
        if ((result.State != GardenerTrialState.Completed || settings.TrainedEpochs == settings.Epochs) && !Array.Exists(training, GoesOn))
            TrainingStore.Delete(TrialFiles.State(Folder, settings));
        // The model of a training is that of its longest trial.
        var longest = TrialRanking.Furthest(training).FirstOrDefault()?.TrialSettings.TrainedEpochs;
        foreach (var trial in training.Where(trial => trial.State == GardenerTrialState.Completed && trial.Settings.TrainedEpochs < longest))
            DeleteFile(TrialFiles.Model(Folder, trial.Settings));
    }

    private static bool GoesOn(GardenerTrial trial) => trial.State is GardenerTrialState.Running or GardenerTrialState.Interrupted;

    /// <summary>A trial that is infeasible for no reason would be run again and again.</summary>
    private void Check(GardenerTrialResult result)
    {
        var exceeded = result.Cost is { } cost ? Constraints.Exceeded(cost) : null;
        if (result is not { State: GardenerTrialState.Completed, Cost: not null } && (result.State != GardenerTrialState.Infeasible || exceeded is null))
            throw new InvalidOperationException(
                $"The runner's result is {result.State}, with {(result.Cost is null ? "no" : "a")} cost{(exceeded is null ? " that exceeds no maximum" : "")}; it must be "
                + "Completed with a cost, or Infeasible with one that exceeds a maximum.");
    }

    private void Report(GardenerTrialResult result, GardenerTrialResult? best, Exception? failure, IChannel channel)
    {
        var id = result.TrialSettings.TrialId;
        switch (result.State)
        {
            case GardenerTrialState.Completed:
                channel.Info($"Trial {id}: accuracy {result.Accuracy:0.0000}, {result.Cost!.LatencyInMilliseconds:0.00} ms a clip.");
                Monitor?.ReportCompletedTrial(result);
                if (Constraints.AreMet(result) && (best is null || Ranking.Compare(result, best) < 0))
                    Monitor?.ReportBestTrial(result);
                break;
            case GardenerTrialState.Infeasible:
                channel.Info($"Trial {id} is not trained: {result.Error}.");
                Monitor?.ReportInfeasibleTrial(result);
                break;
            default:
                channel.Warning($"Trial {id} failed: {result.Error}");
                Monitor?.ReportFailTrial(result.TrialSettings, failure!);
                break;
        }
    }

    /// <summary>Works, and says meanwhile that the trial is at work; stops where it belongs to another.</summary>
    private async Task<GardenerTrialResult> WhileRenewingAsync(
        int trialId, CancellationTokenSource lost, IChannel channel, Func<Task<GardenerTrialResult>> work)
    {
        using var end = new CancellationTokenSource();
        var renewing = RenewAsync(trialId, lost, channel, end.Token);
        try
        {
            return await work();
        }
        finally
        {
            await end.CancelAsync();
            await renewing;
        }
    }

    private async Task RenewAsync(int trialId, CancellationTokenSource lost, IChannel channel, CancellationToken end)
    {
        using var timer = new PeriodicTimer(Lease / 3);
        try
        {
            while (await timer.WaitForNextTickAsync(end))
            {
                try
                {
                    if (await store.TryRenewAsync(trialId, Lease, end))
                        continue;
                    await lost.CancelAsync();
                    return;
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // The next attempt may succeed; whether the trial was lost meanwhile shows when it is finished.
                    channel.Warning($"The store did not hear that trial {trialId} is at work: {e.Message}");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The work is done.
        }
    }

    private void RequireSuccess(IReadOnlyList<GardenerTrial> trials, bool timeIsOver)
    {
        if (trials.Any(trial => trial.State == GardenerTrialState.Completed))
            return;
        GardenerTrial[] failed = [.. trials.Where(trial => trial.State == GardenerTrialState.Failed)];
        var failures = failed.Length == 0 ? "" : $" {failed.Length} failed: "
            + string.Join(" ", failed.Take(MostFailuresTold).Select(trial => $"Trial {trial.Settings.TrialId} ({trial.Settings}): {trial.Result!.Error}"))
            + (failed.Length > MostFailuresTold ? " ..." : "");
        var time = timeIsOver ? $" in {Time!.Value.TotalSeconds} s" : "";
        if (failed.Length > 0 && trials.All(trial => trial.State == GardenerTrialState.Failed || GoesOn(trial)))
            throw new InvalidOperationException($"No trial was completed{time};{failures}");
        if (timeIsOver)
            throw new TimeoutException(
                $"No trial was completed{time}. The same experiment goes on from {Folder}; give it more time.{failures}");
    }

    private static void DeleteFile(string path)
    {
        try
        {
            if (File.Exists(path))
                File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Someone reads it. It is a file too many, and in no one's way.
        }
    }

    /// <summary>A run that has ended; its result is null where the trial was given up, and goes on another time.</summary>
    private sealed record EndedRun(
        GardenerTrialSettings Settings, GardenerTrialResult? Result, Exception? Failure, Exception? MonitorFailure);

    /// <summary>Tells a monitor of each step, from the thread that trains.</summary>
    private sealed class MonitoredProgress(IGardenerMonitor monitor, GardenerTrialSettings settings) : IProgress<TrainingProgress>
    {
        /// <summary>What the monitor threw, which is no failure of the trial.</summary>
        public Exception? Failure { get; private set; }

        public void Report(TrainingProgress value)
        {
            try
            {
                monitor.ReportTrialProgress(settings, value);
            }
            catch (Exception e)
            {
                Failure ??= e;
                throw;
            }
        }
    }
}
