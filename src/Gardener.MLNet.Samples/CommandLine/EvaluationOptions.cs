using System.CommandLine;
using System.CommandLine.Parsing;
using GardenerML.Evaluation;
using GardenerML.Video;
using Microsoft.ML;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary>The options that say what a saved model is evaluated on, and how.</summary>
internal sealed class EvaluationOptions
{
    private const double HeldOut = 0.25;

    private readonly DataOptions _data = new();

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

    private readonly Option<int?> _batchSize = CommonOptions.BatchSize();
    private readonly Option<ComputeDevice> _device = CommonOptions.Device();

    public EvaluationOptions() => _subset.AcceptOnlyFromAmong("train", "validation", "test", "all");

    public void AddTo(Command command)
    {
        _data.AddTo(command);
        foreach (var option in (Option[])[_views, _subset, _batchSize, _device])
            command.Add(option);
    }

    /// <summary>Whether a folder of videos is named.</summary>
    public bool IsNamed(CommandResult result) => _data.IsNamed(result);

    /// <summary>Where to compute.</summary>
    public ComputeDevice Device(ParseResult arguments) => arguments.GetValue(_device);

    /// <summary>Which videos, in a word.</summary>
    public string Subset(ParseResult arguments) => arguments.GetRequiredValue(_subset);

    /// <summary>The videos.</summary>
    public IDataView Load(MLContext context, ParseResult arguments)
    {
        var subset = Enum.Parse<Ucf101Subset>(Subset(arguments), ignoreCase: true);
        var held = subset is Ucf101Subset.Train or Ucf101Subset.Validation ? HeldOut : 0;
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
        return run.Progress.Progress().Start(progress =>
        {
            var task = progress.AddTask("Evaluating", maxValue: videos.GetRowCount() ?? 1);
            return context.MulticlassClassification.EvaluateVideo(
                model, videos, options with { Progress = new ImmediateProgress<long>(done => task.Value = done) });
        });
    }

    private static VideoViews ParseViews(ArgumentResult result)
    {
        try
        {
            return VideoViews.Parse(result.Tokens[0].Value);
        }
        catch (FormatException e)
        {
            result.AddError(e.Message);
            return VideoViews.One;
        }
    }
}
