using System.CommandLine;
using GardenerML.Checkpoints;
using GardenerML.Pruning;
using GardenerML.Samples.CommandLine;
using GardenerML.Samples.Motion;
using GardenerML.Training;
using GardenerML.Video;
using GardenerML.VideoMae;

namespace GardenerML.Benchmarks.LearningCurves;

/// <summary>
/// <c>learning-curves</c>: how fast models of several sizes learn made videos, from random weights and from a
/// pretrained checkpoint that is pruned by entropy. What is finished is not done again.
/// </summary>
internal sealed class LearningCurvesCommand
{
    /// <summary>Of the checkpoint's hash: enough to tell checkpoints apart.</summary>
    private const int HashDigits = 12;

    /// <summary>Small frames and a small model, for when there is no checkpoint.</summary>
    private static readonly VideoLoadingOptions Loading = new() { FrameCount = 8, SamplingRate = 2, Size = 32 };

    private static readonly VideoMaeConfiguration Model = new() { PatchSize = 8, Width = 96, HeadCount = 3, MlpWidth = 384 };

    private readonly Option<string?> _checkpoint = new("--checkpoint")
    {
        Description = "A pretrained checkpoint; without it only random weights are trained.",
    };

    private readonly Option<double[]> _ratios = new("--ratios")
    {
        Description = "The shares of blocks that are removed.",
        DefaultValueFactory = _ => [0, 0.25, 0.5, 0.75],
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<int> _seeds = new("--seeds") { Description = "Runs of each model.", DefaultValueFactory = _ => 3 };
    private readonly Option<int> _epochs = new("--epochs")
    {
        Description = "Passes over the training clips.",
        DefaultValueFactory = _ => 8,
    };
    private readonly Option<double> _randomRate = new("--learning-rate")
    {
        Description = "The highest learning rate from random weights.",
        DefaultValueFactory = _ => 2e-3,
    };
    private readonly Option<double> _checkpointRate = new("--checkpoint-learning-rate")
    {
        Description = "The highest learning rate from the checkpoint.",
        DefaultValueFactory = _ => 1e-3,
    };
    private readonly Option<int> _blocks = new("--blocks")
    {
        Description = "Blocks of the model without a checkpoint; 8 so that quarters are whole.",
        DefaultValueFactory = _ => 8,
    };
    private readonly Option<int> _clips = new("--clips-per-group")
    {
        Description = "Clips of each of 25 groups of each class.",
        DefaultValueFactory = _ => 24,
    };
    private readonly Option<MotionDifficulty> _difficulty = new("--difficulty") { Description = "How the clips look." };
    private readonly Option<ComputeDevice> _device = CommonOptions.Device();
    private readonly Option<DirectoryInfo> _output = new("--output", "-o")
    {
        Description = "Where videos and results go.",
        DefaultValueFactory = _ => new DirectoryInfo(Path.Combine("output", "learning-curves")),
    };

    public static Task<int> RunAsync(string[] args)
    {
        var curves = new LearningCurvesCommand();
        var root = new RootCommand("Learning curves of pruned models on made videos.")
        {
            curves._checkpoint, curves._ratios, curves._seeds, curves._epochs, curves._randomRate, curves._checkpointRate, curves._blocks,
            curves._clips, curves._difficulty, curves._device, curves._output,
        };
        root.SetAction((arguments, cancellation) => Task.Run(() => curves.Run(arguments, cancellation), cancellation));
        return root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
    }

    private int Run(ParseResult arguments, CancellationToken cancellation)
    {
        var output = arguments.GetRequiredValue(_output).FullName;
        var clips = new MotionDatasetOptions { ClipsPerGroup = arguments.GetValue(_clips), Difficulty = arguments.GetValue(_difficulty) };
        var videos = MotionDataset.Create(Path.Combine(output, "motion"), clips, cancellationToken: cancellation);
        var files = new LearningCurveFiles(output);
        var checkpoint = arguments.GetValue(_checkpoint);
        var whole = Model with { BlockCount = arguments.GetValue(_blocks) };
        var loading = Loading;
        var weights = LearningRun.FromRandom;
        if (checkpoint is not null)
        {
            using var opened = VideoMaeCheckpoint.Open(checkpoint);
            whole = opened.Configuration;
            weights = WeightsHash.Of(opened).Split(':')[^1][..HashDigits];
            // The clips are as long as their videos allow.
            loading = loading with
            {
                FrameCount = whole.FrameCount,
                Size = whole.ImageSize,
                SamplingRate = Math.Max(1, clips.FrameCount / whole.FrameCount),
            };
        }
        var training = new LearningCurveTraining(videos.Folder, loading, whole, checkpoint);
        var geometry = LearningRun.GeometryOf(whole with { FrameCount = loading.FrameCount, ImageSize = loading.Size });
        var runs = Runs(arguments, checkpoint, whole.BlockCount, geometry, weights).ToArray();
        try
        {
            foreach (var (run, number) in runs.Select((run, index) => (run, index + 1)))
            {
                if (files.Find(run) is null)
                    files.Add(training.Train(run, new VideoClassifierOptions
                    {
                        BatchSize = 32,
                        Device = arguments.GetValue(_device),
                        Cancellation = cancellation,
                    }, files.StateOf(run)));
                Console.WriteLine($"{number} of {runs.Length}: {run.Name}: test accuracy {files.Find(run)!.TestAccuracies[^1]:0.000}");
            }
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("Cancelled; the same command goes on.");
            return Cli.Cancelled;
        }
        Console.WriteLine(files.Summarise(runs));
        return Cli.Done;
    }

    // Seed by seed, so that what is done so far compares all models.
    private IEnumerable<LearningRun> Runs(ParseResult arguments, string? checkpoint, int blocks, string geometry, string weights) =>
        from seed in Enumerable.Range(1, arguments.GetValue(_seeds))
        from start in checkpoint is null ? (string[])[LearningRun.FromRandom] : [LearningRun.FromRandom, NameOf(checkpoint)]
        from ratio in arguments.GetRequiredValue(_ratios)
        select new LearningRun(
            start, ratio, (int)Math.Round((decimal)ratio * blocks, MidpointRounding.AwayFromZero), blocks, seed, arguments.GetValue(_epochs),
            arguments.GetValue(start == LearningRun.FromRandom ? _randomRate : _checkpointRate), geometry,
            start == LearningRun.FromRandom ? LearningRun.FromRandom : weights);

    private static string NameOf(string checkpoint) =>
        Path.GetFileName(Path.TrimEndingDirectorySeparator(checkpoint)).Replace(',', '-');
}
