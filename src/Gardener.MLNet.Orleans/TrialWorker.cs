using System.Text.Json;
using GardenerML.Search;
using GardenerML.Training;
using Microsoft.Extensions.Logging;

namespace GardenerML.Orleans;

/// <summary>
/// Takes trials from the queue and runs them, one at a time. It works on the thread pool, where long work does not keep grains waiting,
/// for as long as the silo is active.
/// </summary>
internal sealed partial class TrialWorker : ILifecycleParticipant<ISiloLifecycle>
{
    private static readonly TimeSpan RunnerPause = TimeSpan.FromSeconds(30);

    private readonly IServiceProvider _services;
    private readonly GardenerTrialOptions _options;
    private readonly ILogger<TrialWorker> _log;
    private readonly ITrialQueueGrain _queue;
    private readonly string _name;

    public TrialWorker(
        IServiceProvider services, GardenerTrialOptions options, IGrainFactory grains, ILocalSiloDetails silo, ILogger<TrialWorker> log)
    {
        _services = services;
        _options = options;
        _log = log;
        _queue = grains.GetGrain<ITrialQueueGrain>(options.Experiment);
        // The address has the time of starting in it: a silo that is started again is another worker.
        _name = silo.SiloAddress.ToParsableString();
    }

    public void Participate(ISiloLifecycle lifecycle)
    {
        var stop = new CancellationTokenSource();
        var work = Task.CompletedTask;
        lifecycle.Subscribe(nameof(TrialWorker), ServiceLifecycleStage.Active, Start, StopAsync);

        Task Start(CancellationToken cancellation)
        {
            work = Task.Run(() => WorkAsync(stop.Token), CancellationToken.None);
            return Task.CompletedTask;
        }

        // Grains can still be called here, so the trial that runs is given back at once.
        async Task StopAsync(CancellationToken cancellation)
        {
            await stop.CancelAsync();
            await work.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stop.Dispose();
        }
    }

    private async Task WorkAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await RunAllAsync(stop);
                await Task.Delay(RunnerPause, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    /// <summary>Runs trials until one is of another experiment than what this machine has.</summary>
    private async Task RunAllAsync(CancellationToken stop)
    {
        var runner = await CreateRunnerAsync(stop);
        using var disposed = runner as IDisposable;
        while (await RunAsync(await TakeAsync(stop), runner, stop))
        {
        }
    }

    /// <summary>Makes the runner before the first trial is taken: a machine that cannot run any must not make them fail.</summary>
    private async Task<IGardenerTrialRunner> CreateRunnerAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                return _options.CreateRunner!(_services);
            }
            catch (Exception e)
            {
                NoRunner(e, RunnerPause);
            }
            await Task.Delay(RunnerPause, stop);
        }
    }

    private async Task<TrialWork> TakeAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                if (await _queue.TakeAsync(_name, _options.Lease).WaitAsync(stop) is { } work)
                    return work;
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                NoAnswer(e.Message);
            }
            await Task.Delay(_options.Pause, stop);
        }
    }

    /// <summary>Runs a trial.</summary>
    /// <returns>False where this machine cannot run it.</returns>
    private async Task<bool> RunAsync(TrialWork work, IGardenerTrialRunner runner, CancellationToken stop)
    {
        Starts(work.Key);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var ended = new CancellationTokenSource();
        var progress = new LatestProgress();
        var beating = BeatAsync(work, progress, end, ended.Token);
        TrialOutcome? outcome;
        var can = true;
        try
        {
            // Whatever the runner does on its caller's thread keeps no beat waiting.
            var result = await Task.Run(() => runner.RunAsync(Request(work), progress, end.Token), end.Token);
            outcome = new TrialOutcome(JsonSerializer.Serialize(result), null);
            Ends(work.Key, result.State);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            outcome = null;
            Stops(work.Key);
        }
        catch (OtherExperimentException e)
        {
            outcome = null;
            can = false;
            NoRunner(e, RunnerPause);
        }
        catch (ResumeFolderInUseException e)
        {
            outcome = new TrialOutcome(null, e.Message, FolderInUse: true);
            Waits(work.Key, e.Message);
        }
        catch (Exception e)
        {
            outcome = new TrialOutcome(null, e.Message);
            Fails(e, work.Key);
        }
        await FinishAsync(work, outcome, stop);
        await ended.CancelAsync();
        await beating;
        return can;
    }

    /// <summary>Says that the trial is at work, and stops it where it is not wanted or nobody has heard so for too long.</summary>
    private async Task BeatAsync(TrialWork work, LatestProgress progress, CancellationTokenSource end, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(Least(_options.Lease / 6, TrialQueue.LongestBeat));
        // Earlier than the queue gives the trial to another.
        var patience = _options.Lease * (2 / 3.0);
        var heard = TimeProvider.System.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                var now = TimeProvider.System.GetTimestamp();
                var wanted = true;
                try
                {
                    wanted = await _queue.BeatAsync(_name, work, progress.Json)
                        .WaitAsync(Most(patience - TimeProvider.System.GetElapsedTime(heard), TimeSpan.FromMilliseconds(1)), ended);
                    heard = now;
                }
                catch (Exception e) when (!ended.IsCancellationRequested)
                {
                    NoAnswer(e.Message);
                }
                if (!wanted || TimeProvider.System.GetElapsedTime(heard) > patience)
                    await end.CancelAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The trial has ended.
        }
    }

    /// <summary>Says how the trial ended, until it is heard or the trial is another worker's by now.</summary>
    private async Task FinishAsync(TrialWork work, TrialOutcome? outcome, CancellationToken stop)
    {
        using var end = new CancellationTokenSource(_options.Lease);
        while (!end.IsCancellationRequested)
        {
            try
            {
                await _queue.FinishAsync(_name, work, outcome).WaitAsync(end.Token);
                return;
            }
            catch (Exception e)
            {
                NoAnswer(e.Message);
                // A silo that stops does not wait for others.
                if (stop.IsCancellationRequested)
                    return;
            }
            await Task.Delay(_options.Pause, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private GardenerTrialRequest Request(TrialWork work)
    {
        var request = JsonSerializer.Deserialize<GardenerTrialRequest>(work.Request)!;
        return request with { Folder = _options.Folder ?? request.Folder };
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Most(TimeSpan one, TimeSpan other) => one > other ? one : other;

    [LoggerMessage(LogLevel.Error, "This silo cannot run trials; it tries again in {Pause}.")]
    private partial void NoRunner(Exception error, TimeSpan pause);

    [LoggerMessage(LogLevel.Information, "Trial starts: {Key}.")]
    private partial void Starts(string key);

    [LoggerMessage(LogLevel.Information, "Trial ends: {Key}: {State}.")]
    private partial void Ends(string key, GardenerTrialState state);

    [LoggerMessage(LogLevel.Information, "Trial stops before its end: {Key}.")]
    private partial void Stops(string key);

    [LoggerMessage(LogLevel.Warning, "Trial waits: {Key}: {Reason}")]
    private partial void Waits(string key, string reason);

    [LoggerMessage(LogLevel.Warning, "Trial fails: {Key}.")]
    private partial void Fails(Exception error, string key);

    [LoggerMessage(LogLevel.Warning, "The queue of trials does not answer: {Reason}")]
    private partial void NoAnswer(string reason);

    /// <summary>Keeps the last that it is told.</summary>
    private sealed class LatestProgress : IProgress<TrainingProgress>
    {
        private volatile TrainingProgress? _latest;

        public string? Json => _latest is { } latest ? JsonSerializer.Serialize(latest) : null;

        public void Report(TrainingProgress value) => _latest = value;
    }
}
