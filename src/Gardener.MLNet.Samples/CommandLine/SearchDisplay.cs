using GardenerML.Search;
using GardenerML.Training;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary>A search as people see it: a line a trial, a bar for the one that runs, a table at the end.</summary>
internal sealed class SearchDisplay : IGardenerMonitor
{
    private readonly VerbRun _run;
    private readonly ProgressTask _task;

    private SearchDisplay(VerbRun run, ProgressTask task) => (_run, _task) = (run, task);

    private IAnsiConsole Console => _run.Progress;

    /// <summary>Runs an experiment until its end, or Ctrl+C.</summary>
    public static Task<GardenerExperimentResult> RunAsync(VerbRun run, GardenerExperiment experiment) => run.Progress.Progress()
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
        .StartAsync(progress =>
        {
            experiment.SetMonitor(new SearchDisplay(run, progress.AddTask("Searching")));
            return experiment.RunAsync(run.Cancellation);
        });

    /// <summary>Shows all trials.</summary>
    public static void Show(IAnsiConsole console, GardenerExperimentResult result)
    {
        var fast = result.ParetoByLatency.Select(trial => trial.TrialSettings.TrialId).ToHashSet();
        // As much as 80 columns hold; the rest is in the JSON document.
        var table = new Table().AddColumns("Trial", "Removed", "Criterion", "Epochs", "WAR", "10^6 weights", "ms", "MB");
        foreach (var (settings, state, ended) in result.Trials)
        {
            var best = settings.TrialId == result.BestTrial?.TrialSettings.TrialId ? " best" : fast.Contains(settings.TrialId) ? " *" : "";
            var cost = ended?.Cost;
            table.AddRow(new[]
            {
                $"{settings.TrialId}{best}", $"{settings.Removed.Count}", settings.Criterion, $"{settings.TrainedEpochs}",
                ended?.Accuracy is { } accuracy ? $"{accuracy:0.000}" : $"{state}".ToLowerInvariant(), $"{cost?.Parameters / 1e6:0.00}",
                $"{cost?.LatencyInMilliseconds:0.00}", $"{cost?.ModelBytes / 1e6:0.0}",
            }.Select(Markup.Escape).ToArray());
        }
        console.Write(table);
        console.WriteLine("* no other is as accurate and as fast.");
        var completed = result.Trials.Where(trial => trial.State == GardenerTrialState.Completed).ToArray();
        if (completed.DistinctBy(trial => trial.Settings.TrainingName).Count() < completed.Length)
            console.WriteLine("A trial whose training went on in a later one counts as that one ended.");
    }

    public void ReportRunningTrial(GardenerTrialSettings settings) => _task.Description = $"Trial {settings.TrialId}";

    public void ReportTrialProgress(GardenerTrialSettings settings, TrainingProgress progress)
    {
        // A trial may end before the training does.
        _task.MaxValue = (double)progress.StepCount * settings.TrainedEpochs / settings.Epochs;
        _task.Value = progress.Step;
        _task.Description = $"Trial {settings.TrialId}: epoch {progress.Epoch} of {settings.TrainedEpochs}, loss {progress.Loss:0.000}";
    }

    public void ReportCompletedTrial(GardenerTrialResult result) => Console.WriteLine(
        $"Trial {result.TrialSettings.TrialId}, {result.TrialSettings}: accuracy {result.Accuracy:0.000}, {result.Cost!.LatencyInMilliseconds:0.00} ms");

    public void ReportInfeasibleTrial(GardenerTrialResult result) =>
        Console.WriteLine($"Trial {result.TrialSettings.TrialId}, {result.TrialSettings}: not trained, {result.Error}");

    public void ReportFailTrial(GardenerTrialSettings settings, Exception exception) =>
        Console.WriteLine($"Trial {settings.TrialId}, {settings}: failed, {_run.Message(exception)}");

    public void ReportBestTrial(GardenerTrialResult result) => Console.WriteLine($"Trial {result.TrialSettings.TrialId} is the best so far.");
}
