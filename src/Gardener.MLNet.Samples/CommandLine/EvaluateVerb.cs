using System.CommandLine;
using System.CommandLine.Parsing;
using GardenerML.Evaluation;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary><c>evaluate MODEL.zip --data FOLDER</c>: how well a saved model labels videos.</summary>
internal sealed class EvaluateVerb
{
    private const double HeldOut = 0.25;

    private readonly Argument<FileInfo> _model = new("model") { Description = "The model zip." };

    private readonly DataOptions _data = new(required: true);

    private readonly Option<VideoViews> _views = new("--views")
    {
        Description = "Clips x crops of each video whose probabilities are averaged, such as 5x3.",
        DefaultValueFactory = _ => VideoViews.One,
        CustomParser = ParseViews,
    };

    private readonly Option<string> _subset = new("--subset")
    {
        Description = "Which videos: train, validation (a quarter of the training groups; train is the rest), "
            + "test or all.",
        DefaultValueFactory = _ => "test",
    };

    private readonly Option<int?> _batchSize = CommonOptions.AtLeastOne(new Option<int?>("--batch-size")
    {
        Description = "Views that are scored at a time; as many as the model says unless it is given.",
    });

    private readonly Option<ComputeDevice> _device = CommonOptions.Device();

    private EvaluateVerb() => _subset.AcceptOnly("train", "validation", "test", "all");

    public static Command Make()
    {
        var evaluate = new EvaluateVerb();
        var verb = VerbRun.Verb("evaluate",
            "Measures a saved model on labelled videos: accuracy, recall, log-loss, confusion. Example: "
            + "evaluate model.zip --data UCF-101 --views 5x3",
            run => Task.Run(() => evaluate.Run(run)));
        verb.Add(evaluate._model);
        evaluate._data.AddTo(verb);
        foreach (var option in (Option[])[evaluate._views, evaluate._subset, evaluate._batchSize, evaluate._device])
            verb.Add(option);
        return verb;
    }

    private VerbResult Run(VerbRun run)
    {
        var arguments = run.Arguments;
        var context = run.NewContext(seed: null);
        var subset = Enum.Parse<Ucf101Subset>(arguments.GetRequiredValue(_subset), ignoreCase: true);
        var held = subset is Ucf101Subset.Train or Ucf101Subset.Validation ? HeldOut : 0;
        var model = SavedModel.Load(context, arguments.GetRequiredValue(_model));
        using var owned = model as IDisposable;
        var videos = _data.Load(context, arguments, subset, held, whenSkipping: MissingVideos.Keep);
        var options = new VideoEvaluationOptions
        {
            Views = arguments.GetRequiredValue(_views),
            OnError = _data.OnError(arguments),
            Device = arguments.GetValue(_device),
            BatchSize = arguments.GetValue(_batchSize),
            Cancellation = run.Cancellation,
        };
        var metrics = run.Progress.Progress().Start(progress =>
        {
            var task = progress.AddTask("Evaluating", maxValue: videos.GetRowCount() ?? 1);
            return Evaluate(options with { Progress = new ImmediateProgress<long>(done => task.Value = done) });
        });
        run.Console.WriteLine(metrics.ToString());
        return new VerbResult(new Document(
            metrics.Accuracy, metrics.War, metrics.Uar, metrics.Top5Accuracy, metrics.LogLoss, metrics.ClipCount,
            metrics.SkippedCount, metrics.ConfusionMatrix));

        VideoClassificationMetrics Evaluate(VideoEvaluationOptions options)
        {
            try
            {
                return context.MulticlassClassification.EvaluateVideo(model, videos, options);
            }
            catch (InvalidOperationException e) when (UnknownClasses(model, videos) is { } unknown)
            {
                throw new InvalidOperationException(unknown, e);
            }
        }
    }

    /// <summary>Which classes of the data the model does not know; null where it knows all.</summary>
    private static string? UnknownClasses(ITransformer model, IDataView videos)
    {
        var known = SavedModel.Steps(model).OfType<VideoClassifierTransformer>().LastOrDefault()?.ClassNames ?? [];
        var paths = videos.GetColumn<string>("VideoPath");
        var classes = videos.GetColumn<string>("Label").Zip(paths).Where(row => File.Exists(row.Second)).Select(row => row.First).Distinct().ToArray();
        var unknown = classes.Except(known).ToArray();
        return known.Count == 0 || unknown.Length == 0 ? null
            : $"The model does not know {unknown.Length} of the {classes.Length} classes of the data: {Some(unknown)}. It knows {Some([.. known])}.";

        static string Some(string[] names) => string.Join(", ", names.Take(5)) + (names.Length > 5 ? $" and {names.Length - 5} more" : "");
    }

    private static VideoViews ParseViews(ArgumentResult result)
    {
        try
        {
            return VideoViews.Parse(result.Tokens[0].Value);
        }
        catch (FormatException e)
        {
            result.AddError($"--views: {e.Message}");
            return VideoViews.One;
        }
    }

    /// <summary>What --json prints.</summary>
    private sealed record Document(
        double Accuracy, double War, double Uar, double Top5, double LogLoss, long Clips, long Skipped,
        IReadOnlyList<IReadOnlyList<long>> Confusion);
}
