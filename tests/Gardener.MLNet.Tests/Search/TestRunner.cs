using System.Collections.Concurrent;
using GardenerML.Search;
using GardenerML.Training;

namespace GardenerML.Tests.Search;

/// <summary>Runs trials without training: what comes out is a function of the trial.</summary>
internal sealed class TestRunner(Func<GardenerTrialRequest, CancellationToken, Task<GardenerTrialResult>> run) : IGardenerTrialRunner
{
    public TestRunner(Func<GardenerTrialSettings, double> accuracy)
        : this((request, _) => Task.FromResult(Trials.Completed(request.Settings, accuracy(request.Settings))))
    {
    }

    /// <summary>What was run, in the order of starting.</summary>
    public ConcurrentQueue<GardenerTrialSettings> Runs { get; } = new();

    public Task<GardenerTrialResult> RunAsync(
        GardenerTrialRequest request, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        Runs.Enqueue(request.Settings);
        return run(request, cancellationToken);
    }
}

/// <summary>Notes what it is told.</summary>
internal sealed class TestMonitor : IGardenerMonitor
{
    public List<string> Told { get; } = [];

    public List<GardenerTrialSettings> Running { get; } = [];

    public Action<GardenerTrialSettings>? OnRunning { get; init; }

    public Action<GardenerTrialSettings, TrainingProgress>? OnProgress { get; init; }

    public void ReportRunningTrial(GardenerTrialSettings settings)
    {
        Running.Add(settings);
        Told.Add($"running {settings.TrialId}");
        OnRunning?.Invoke(settings);
    }

    public void ReportCompletedTrial(GardenerTrialResult result)
    {
        Assert.AreEqual(Running[^1], result.TrialSettings);
        Told.Add($"completed {result.TrialSettings.TrialId}");
    }

    public void ReportFailTrial(GardenerTrialSettings settings, Exception exception)
    {
        Assert.AreEqual(Running[^1], settings);
        Told.Add($"failed {settings.TrialId}: {exception.Message}");
    }

    public void ReportBestTrial(GardenerTrialResult result) => Told.Add($"best {result.TrialSettings.TrialId}");

    public void ReportInfeasibleTrial(GardenerTrialResult result) => Told.Add($"infeasible {result.TrialSettings.TrialId}");

    public void ReportTrialProgress(GardenerTrialSettings settings, TrainingProgress progress) => OnProgress?.Invoke(settings, progress);
}
