using System.CommandLine;
using GardenerML.Checkpoints;
using GardenerML.Pruning;
using GardenerML.Sensitivity;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary><c>sensitivity CHECKPOINT --data FOLDER</c>: what the removal of each block costs in accuracy.</summary>
internal sealed class SensitivityVerb
{
    private readonly Argument<string> _checkpoint = new("checkpoint")
    {
        Description = "A folder, .safetensors, .pth or .bin file, Hugging Face id, or model zip.",
        DefaultValueFactory = _ => ShippedCheckpoints.VideoMaeTiny,
    };

    private readonly DataOptions _data = new(required: true);
    private readonly Option<bool> _zeroShot = new("--zero-shot")
    {
        Description = "Measure without fine-tuning; the checkpoint's head must fit the classes.",
    };
    private readonly Option<bool> _greedy = new("--greedy")
    {
        Description = "Remove one block after the other, each time the best next one.",
    };
    private readonly Option<PruningCriterion> _criterion = CriterionOption.Make();
    private readonly RecipeOptions _recipe = new(defaults: new VideoClassifierOptions());
    private readonly Option<int> _samplingRate = CommonOptions.SamplingRate();
    private readonly Option<DirectoryInfo?> _resume = new("--resume-folder")
    {
        Description = "Keeps finished runs here; the same command again goes on from them.",
    };
    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "A JSON file for the plan that follows.",
    };
    private readonly TargetOptions _target;

    private readonly Option<string> _subset = new("--subset")
    {
        Description = "What is measured on: validation, a quarter of the training groups, which are then not trained on; or test.",
        DefaultValueFactory = _ => "validation",
    };

    private SensitivityVerb()
    {
        _target = new TargetOptions(_recipe.Device, required: false);
        _subset.AcceptOnly("validation", "test");
    }

    public static Command Make()
    {
        var sensitivity = new SensitivityVerb();
        var verb = VerbRun.Verb("sensitivity",
            "Removes each block in turn, fine-tunes, and measures what it costs. Example: "
            + "sensitivity checkpoint.safetensors --data UCF-101 --epochs 2 --resume-folder runs",
            run => Task.Run(() => sensitivity.Run(run)));
        verb.Add(sensitivity._checkpoint);
        sensitivity._data.AddTo(verb);
        sensitivity._target.AddTo(verb);
        sensitivity._recipe.AddTo(verb);
        foreach (var option in (Option[])[sensitivity._zeroShot, sensitivity._greedy, sensitivity._criterion, sensitivity._samplingRate,
            sensitivity._subset, sensitivity._resume, sensitivity._output])
            verb.Add(option);
        verb.KeepApart([sensitivity._checkpoint], sensitivity._output);
        return verb;
    }

    private VerbResult Run(VerbRun run)
    {
        var arguments = run.Arguments;
        var path = arguments.GetRequiredValue(_checkpoint);
        var output = arguments.GetValue(_output) is { } named ? OutputFile.Prepare(named) : null;
        var context = run.NewContext(_recipe.Seed(arguments));
        var (training, held) = Load(context, arguments, path, out var weightType);
        var options = new SensitivityOptions
        {
            Checkpoint = path,
            TrainingSet = arguments.GetValue(_zeroShot) ? null : training,
            Training = _recipe.Adapt(new VideoClassifierOptions(), arguments),
            Greedy = arguments.GetValue(_greedy),
            Target = _target.Target(arguments, () => weightType),
            Protected = _target.Protected(arguments),
            MinimumKept = _target.MinimumKept(arguments),
            StateFolder = arguments.GetValue(_resume)?.FullName,
            Cancellation = run.Cancellation,
        };
        var result = run.Progress.Progress().Start(progress =>
        {
            var task = progress.AddTask("Removing blocks");
            return context.MulticlassClassification.MeasureSensitivity(held, options with
            {
                Progress = new ImmediateProgress<SensitivityProgress>(report =>
                {
                    task.MaxValue = report.Total;
                    task.Value = report.Done;
                }),
            });
        });
        if (output is not null)
            result.Plan.Save(output);
        var correlation = result.Correlate(Gardener.Score(path, arguments.GetRequiredValue(_criterion), cancellationToken: run.Cancellation));
        run.Console.WriteLine(result.ToString());
        run.Console.WriteLine(
            $"Rank correlation with {correlation.Criterion}: Spearman {Text(correlation.Spearman)}, Kendall {Text(correlation.Kendall)}");
        return new VerbResult(new Document(
            [.. result.Blocks.Select(block => new Block(block.Index, block.AccuracyLoss))], correlation));
    }

    private (IDataView Training, IDataView Held) Load(MLContext context, ParseResult arguments, string path, out TensorType weightType)
    {
        using var checkpoint = VideoMaeCheckpoint.Open(path);
        weightType = checkpoint.WeightType;
        var loading = new VideoLoadingOptions
        {
            FrameCount = checkpoint.Configuration.FrameCount,
            Size = checkpoint.Configuration.ImageSize,
            SamplingRate = arguments.GetValue(_samplingRate),
            OnError = _data.OnError(arguments),
        };
        var subset = Enum.Parse<Ucf101Subset>(arguments.GetRequiredValue(_subset), ignoreCase: true);
        var held = subset == Ucf101Subset.Validation ? 0.25 : 0;
        var training = _data.Load(context, arguments, Ucf101Subset.Train, held);
        var steps = context.Transforms.Conversion.MapValueToKey("Label")
            .Append(context.Transforms.LoadVideo(options: loading))
            .Fit(training);
        return (steps.Transform(training), steps.Transform(_data.Load(context, arguments, subset, held)));
    }

    private static string Text(RankCorrelation correlation) =>
        $"{correlation.Value:0.000} [{correlation.Lower:0.000}, {correlation.Upper:0.000}]";

    /// <summary>What --json prints.</summary>
    private sealed record Document(Block[] Blocks, SensitivityCorrelation RankCorrelation);

    /// <summary>What the removal of a block costs.</summary>
    private sealed record Block(int Index, double AccuracyLoss);
}
