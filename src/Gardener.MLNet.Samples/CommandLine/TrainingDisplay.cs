using GardenerML.Training;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary>Shows how training goes.</summary>
internal static class TrainingDisplay
{
    /// <summary>Trains with a bar of progress.</summary>
    /// <param name="run">Which shows it, and whose Ctrl+C stops it.</param>
    /// <param name="title">What is trained.</param>
    /// <param name="options">How.</param>
    /// <param name="work">Trains by options that report to the bar.</param>
    public static TResult Show<TOptions, TResult>(VerbRun run, string title, TOptions options, Func<TOptions, TResult> work)
        where TOptions : VideoTrainingOptions
    {
        if (options.ResumeFolder is { } folder && File.Exists(Path.Combine(folder, "state.safetensors")))
            run.Progress.WriteLine($"Going on from the state in {folder}.");
        try
        {
            return run.Progress.Progress()
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .Start(progress =>
                {
                    var task = progress.AddTask(title);
                    return work((TOptions)((VideoTrainingOptions)options with
                    {
                        Cancellation = run.Cancellation,
                        Progress = new ImmediateProgress<TrainingProgress>(step =>
                        {
                            task.MaxValue = step.StepCount;
                            task.Value = step.Step;
                            task.Description = $"{title}: epoch {step.Epoch} of {step.EpochCount}, loss {step.Loss:0.000}";
                        }),
                    }));
                });
        }
        catch (OperationCanceledException)
        {
            run.Console.WriteLine(options.ResumeFolder is { } state
                ? $"The same command goes on from the state in {state}."
                : "Nothing is kept; with --resume-folder DIR the same command would go on.");
            throw;
        }
    }
}
