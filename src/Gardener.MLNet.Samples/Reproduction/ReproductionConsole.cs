using GardenerML.Reporting;
using GardenerML.Samples.CommandLine;
using GardenerML.Training;
using Spectre.Console;

namespace GardenerML.Samples.Reproduction;

/// <summary>The experiment as people see it: a line a run, a bar with the time left, a table at the end.</summary>
internal static class ReproductionConsole
{
    /// <summary>Runs the experiment and tells where it stands.</summary>
    public static ReproductionMeasurements Run(
        IAnsiConsole console, ReproductionOptions options, Func<ReproductionOptions, ReproductionMeasurements> run) =>
        console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .Start(progress =>
            {
                var task = progress.AddTask("Runs");
                var done = 0;
                return run(options with
                {
                    Progress = new ImmediateProgress<ReproductionProgress>(report =>
                    {
                        done = report.Done;
                        task.MaxValue = report.Total;
                        task.Value = done;
                        task.Description = $"Runs, {Duration(report.Left)} left";
                        if (!report.Resumed)
                            console.WriteLine(Line(report));
                    }),
                    Training = options.Training with
                    {
                        Progress = new ImmediateProgress<TrainingProgress>(step => task.Value = done + ((double)step.Step / step.StepCount)),
                    },
                });
            });

    /// <summary>Shows the mean accuracies.</summary>
    public static void Show(IAnsiConsole console, ReproductionResult result)
    {
        int[] removals = [.. result.Curves.Select(point => point.Removed).Distinct()];
        var table = new Table().AddColumns(["WAR, %, without", .. removals.Select(count => $"{count}"), "Spearman"]);
        var correlations = result.Correlations.ToDictionary(row => row.Criterion, row => row.Spearman.Value);
        foreach (var curve in result.Curves.GroupBy(point => point.Criterion))
        {
            table.AddRow(
            [
                CriterionTitles.Of(curve.Key), .. curve.Select(point => $"{100 * point.War.Mean:0.0}"),
                correlations.TryGetValue(curve.Key, out var correlation) ? $"{correlation:0.00}" : "",
            ]);
        }
        console.WriteLine($"The whole model: {100 * result.Unpruned.War.Mean:0.0} on {result.Clips} clips");
        console.Write(table);
    }

    private static string Line(ReproductionProgress report)
    {
        var removed = report.Run.Removed.Count == 0 ? "all blocks" : $"without {string.Join(", ", report.Run.Removed)}";
        return $"{report.Done} of {report.Total}: seed {report.Seed}, {removed}: WAR {100 * report.Run.Accuracy:0.0}, "
            + $"{report.Run.Seconds:0} s; {Duration(report.Left)} left";
    }

    private static string Duration(TimeSpan time) => time.TotalHours >= 1 ? $"{(int)time.TotalHours} h {time.Minutes} min"
        : time.TotalMinutes >= 1 ? $"{time.TotalMinutes:0} min"
        : $"{time.TotalSeconds:0} s";
}
