using System.CommandLine;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary><c>evaluate MODEL.zip --data FOLDER</c>: how well a saved model labels videos.</summary>
internal sealed class EvaluateVerb
{
    private readonly Argument<FileInfo> _model = new("model") { Description = "The model zip." };

    private readonly EvaluationOptions _evaluation = new(isRequired: true);

    public static Command Make()
    {
        var evaluate = new EvaluateVerb();
        var verb = VerbRun.Verb("evaluate",
            "Measures a saved model on labelled videos: accuracy, recall, log-loss, confusion. Example: "
            + "evaluate model.zip --data UCF-101 --views 5x3",
            run => Task.Run(() => evaluate.Run(run)));
        verb.Add(evaluate._model);
        evaluate._evaluation.AddTo(verb);
        return verb;
    }

    private VerbResult Run(VerbRun run)
    {
        var context = run.NewContext(seed: null);
        var model = SavedModel.Load(context, run.Arguments.GetRequiredValue(_model));
        using var owned = model as IDisposable;
        var metrics = _evaluation.Evaluate(run, context, model, _evaluation.Load(context, run.Arguments));
        // The metrics, and after an empty line a table of the classes.
        var parts = metrics.ToString().ReplaceLineEndings("\n").Split("\n\n", 2);
        run.Console.WriteLine(parts[0]);
        run.Progress.WriteLine($"\n{parts[1]}");
        return new VerbResult(new Document(
            metrics.Accuracy, metrics.War, metrics.Uar, metrics.Top5Accuracy, metrics.LogLoss, metrics.ClipCount,
            metrics.SkippedCount, metrics.ConfusionMatrix));
    }

    /// <summary>What --json prints.</summary>
    private sealed record Document(
        double Accuracy, double War, double Uar, double Top5, double LogLoss, long Clips, long Skipped,
        IReadOnlyList<IReadOnlyList<long>> Confusion);
}
