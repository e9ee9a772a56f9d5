using System.CommandLine;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary><c>predict MODEL.zip FILE...</c>: the label of each file.</summary>
internal static class PredictVerb
{
    private static readonly Argument<FileInfo> Model = new("model") { Description = "The model zip." };

    private static readonly Argument<string[]> Files = new("files")
    {
        Description = "The videos.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<int?> Top = CommonOptions.AtLeastOne(new("--top")
    {
        Description = "How many classes to show.",
        DefaultValueFactory = _ => 5,
    });

    private static readonly Option<ComputeDevice> Device = CommonOptions.Device();

    public static Command Make()
    {
        var verb = VerbRun.Verb("predict",
            "Labels videos with a saved model. Example: predict model.zip clip.avi", run => Task.Run(() => Run(run)));
        // A misspelled option would be taken for one more video.
        Files.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (token.Value.StartsWith("--", StringComparison.Ordinal) && !File.Exists(token.Value))
                    result.AddError($"{token.Value} is neither an option nor a file.");
            }
        });
        verb.Add(Model);
        verb.Add(Files);
        verb.Add(Top);
        verb.Add(Device);
        return verb;
    }

    private static VerbResult Run(VerbRun run)
    {
        var context = run.NewContext(seed: null);
        VideoClassifierTransformer.LoadingDevice = run.Arguments.GetValue(Device);
        using var transformer = (IDisposable)SavedModel.Load(context, run.Arguments.GetRequiredValue(Model));
        using var engine = context.Model.CreatePredictionEngine<Input, Output>((ITransformer)transformer, ignoreMissingColumns: true);
        var names = ClassNames(engine.OutputSchema["Score"]);

        var predictions = new List<Prediction>();
        foreach (var file in run.Arguments.GetRequiredValue(Files))
        {
            run.Cancellation.ThrowIfCancellationRequested();
            predictions.Add(Predict(engine, names, file, run));
        }
        if (!run.Json)
            Show(run.Console, predictions);
        return new VerbResult(predictions, predictions.Exists(p => p.Error is not null) ? Cli.Failed : Cli.Done);
    }

    private static string[] ClassNames(DataViewSchema.Column score)
    {
        // Keys that were made without values have numbers only.
        if (!score.HasSlotNames())
            return [.. Enumerable.Range(1, ((VectorDataViewType)score.Type).Size).Select(key => $"{key}")];
        VBuffer<ReadOnlyMemory<char>> names = default;
        score.GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private static Prediction Predict(PredictionEngine<Input, Output> engine, string[] names, string file, VerbRun run)
    {
        try
        {
            var scores = engine.Predict(new Input { VideoPath = file }).Score;
            var best = names.Zip(scores, (label, probability) => new LabelProbability(label, probability))
                .OrderByDescending(label => label.Probability).Take(run.Arguments.GetValue(Top)!.Value).ToArray();
            return new Prediction(file, best[0].Label, best[0].Probability, best, null);
        }
        catch (VideoReadException e)
        {
            Console.Error.WriteLine(run.Verbose ? e.ToString() : e.Message);
            return new Prediction(file, null, null, null, e.Message);
        }
    }

    // Plain lines, not a table: paths are long, and people search in them.
    private static void Show(IAnsiConsole console, List<Prediction> predictions)
    {
        foreach (var p in predictions.Where(p => p.Error is null))
        {
            var others = p.Top!.Skip(1).Select(o => $", {o.Label} {o.Probability:0.000}");
            console.Profile.Out.Writer.WriteLine($"{p.File}: {p.Label} {p.Probability:0.000}{string.Concat(others)}");
        }
    }

    /// <summary>The prediction for one file.</summary>
    internal sealed record Prediction(
        string File, string? Label, float? Probability, LabelProbability[]? Top, string? Error);

    /// <summary>A class and its probability.</summary>
    internal sealed record LabelProbability(string Label, float Probability);

    private sealed class Input
    {
        public string VideoPath { get; set; } = "";

        // The loaded pipeline begins with the mapping of the label, which a prediction does not have.
        public string Label { get; set; } = "";
    }

    private sealed class Output
    {
        public float[] Score { get; set; } = [];
    }
}
