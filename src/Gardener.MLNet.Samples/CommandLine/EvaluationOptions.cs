using System.CommandLine;
using System.CommandLine.Parsing;
using GardenerML.Evaluation;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary>The options that say what a saved model is evaluated on, and how.</summary>
internal sealed class EvaluationOptions
{
    private readonly DataOptions _data;

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

    /// <summary>Makes the options.</summary>
    /// <param name="isRequired">Whether the folder of videos must be named.</param>
    public EvaluationOptions(bool isRequired)
    {
        _data = new(isRequired);
        _subset.AcceptOnly("train", "validation", "test", "all");
    }

    public void AddTo(Command command)
    {
        _data.AddTo(command);
        foreach (var option in (Option[])[_views, _subset, _batchSize, _device])
            command.Add(option);
    }

    /// <summary>Whether a folder of videos is named.</summary>
    public bool IsNamed(CommandResult result) => _data.IsNamed(result);

    /// <summary>The options that are given which say something of the videos or of how they are scored.</summary>
    public IEnumerable<Option> Given(CommandResult result) =>
        ((Option[])[.. _data.All, _views, _subset, _batchSize, _device]).Where(option => result.GetResult(option) is { Implicit: false });

    /// <summary>Whether an option is of no use without videos: all are but --device, where the speed of a model is measured.</summary>
    public bool NeedsVideos(Option option) => option != _device;

    /// <summary>Where to compute.</summary>
    public ComputeDevice Device(ParseResult arguments) => arguments.GetValue(_device);

    /// <summary>Which videos, in a word.</summary>
    public string Subset(ParseResult arguments) => arguments.GetRequiredValue(_subset);

    /// <summary>The videos.</summary>
    public IDataView Load(MLContext context, ParseResult arguments)
    {
        var subset = Enum.Parse<Ucf101Subset>(Subset(arguments), ignoreCase: true);
        var held = subset is Ucf101Subset.Train or Ucf101Subset.Validation ? DataOptions.HeldOut : 0;
        return _data.Load(context, arguments, subset, held, whenSkipping: MissingVideos.Keep);
    }

    /// <summary>Evaluates a model on the videos.</summary>
    public VideoClassificationMetrics Evaluate(VerbRun run, MLContext context, ITransformer model, IDataView videos)
    {
        var options = new VideoEvaluationOptions
        {
            Views = run.Arguments.GetRequiredValue(_views),
            OnError = _data.OnError(run.Arguments),
            Device = Device(run.Arguments),
            BatchSize = run.Arguments.GetValue(_batchSize),
            Cancellation = run.Cancellation,
        };
        // Scoring takes minutes, and would find them only where it comes to the first of them.
        if (UnknownClasses(model, videos) is { } unknown)
            throw new InvalidOperationException(unknown);
        return run.Progress.Progress().Start(progress =>
        {
            var task = progress.AddTask("Evaluating", maxValue: videos.GetRowCount() ?? 1);
            return context.MulticlassClassification.EvaluateVideo(
                model, videos, options with { Progress = new ImmediateProgress<long>(done => task.Value = done) });
        });
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
}
