using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using GardenerML.Checkpoints;
using GardenerML.Samples.Recipes;
using GardenerML.Samples.Reproduction;
using GardenerML.Video;
using GardenerML.VideoMae;
using Microsoft.ML;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary><c>reproduce</c>: the paper's experiment in small, on any checkpoint and data.</summary>
internal sealed class ReproduceVerb
{
    private static readonly int[] DefaultRemovals = [1, 3, 5, 7, 9, 11];

    private readonly DataOptions _data = new();

    private readonly Option<string> _checkpoint = CommonOptions.Checkpoint("The VideoMAE checkpoint to prune and fine-tune.");

    private readonly Option<int?> _seeds = CommonOptions.AtLeastOne(new Option<int?>("--seeds")
    {
        Description = "How often each training is run, with seeds from --seed on.",
        DefaultValueFactory = _ => 3,
    });

    private readonly Option<int[]?> _removals = new("--removals")
    {
        Description = "How many blocks are removed, such as 1,3,5; one always stays." + Default(DefaultRemovals),
        AllowMultipleArgumentsPerToken = true,
        CustomParser = ParseRemovals,
    };

    private readonly Option<string[]?> _criteria = new("--criteria")
    {
        Description = "What chooses blocks beside the oracle." + Default(ReproductionOptions.PaperCriteria),
        AllowMultipleArgumentsPerToken = true,
        CustomParser = ParseCriteria,
    };

    private readonly Option<int?> _samplingRate = CommonOptions.AtLeastOne(new Option<int?>("--sampling-rate")
    {
        Description = "Every how many frames one is taken; 4 by default, or what spreads a clip over a whole made video.",
    });

    private readonly Option<int?> _size = CommonOptions.AtLeastOne(new Option<int?>("--image-size")
    {
        Description = "Height and width of the frames; the checkpoint's by default.",
    });

    private readonly RecipeOptions _recipe = new();

    private readonly Option<DirectoryInfo> _output = new("--output", "-o")
    {
        Description = "Where tables, figures and finished runs go; the same command again goes on from these.",
        DefaultValueFactory = _ => new DirectoryInfo(Path.Combine("output", "reproduction")),
    };

    public static Command Make()
    {
        var reproduce = new ReproduceVerb();
        var verb = VerbRun.Verb("reproduce",
            "Removes blocks by the oracle and by every criterion, fine-tunes, and compares. Example: "
            + "reproduce --checkpoint pretrained.safetensors --epochs 5 -o output/reproduction",
            run => Task.Run(() => reproduce.Run(run)));
        reproduce._data.AddTo(verb);
        foreach (var option in (Option[])[reproduce._checkpoint, reproduce._seeds, reproduce._removals, reproduce._criteria, reproduce._samplingRate,
            reproduce._size, reproduce._output])
            verb.Add(option);
        reproduce._recipe.AddTo(verb);
        return verb;
    }

    private VerbResult Run(VerbRun run)
    {
        var arguments = run.Arguments;
        var folder = OutputFile.PrepareFolder(arguments.GetRequiredValue(_output).ToString());
        var checkpoint = arguments.GetRequiredValue(_checkpoint);
        var seed = _recipe.Seed(arguments);
        var context = run.NewContext(seed);
        var removals = Removals(arguments, checkpoint);
        var recipe = Recipe(arguments, checkpoint);
        var data = Data(run, context, folder);
        var (training, test) = data.Load(context, recipe.Loading);
        var options = new ReproductionOptions
        {
            Checkpoint = checkpoint,
            StateFolder = Path.Combine(folder, "runs"),
            Training = recipe.Training,
            Criteria = arguments.GetList(_criteria) ?? ReproductionOptions.PaperCriteria,
            Removals = removals,
            Seeds = [.. Enumerable.Range(seed, arguments.GetValue(_seeds)!.Value)],
            Cancellation = run.Cancellation,
        };
        var measurements = ReproductionConsole.Run(
            run.Progress, options, told => new ReproductionRun(context, told, training, test).Run());
        var result = measurements.Tabulate(checkpoint, Geometry(checkpoint, recipe.Loading), data.Description, Describe(recipe));
        ReproductionFiles.Write(folder, measurements, result);
        ReproductionConsole.Show(run.Progress, result);
        run.Console.WriteLine($"Report, figures and tables: {folder}");
        return new VerbResult(result);
    }

    /// <summary>How many blocks are removed; those that are not named are as many of the paper's as the checkpoint has.</summary>
    private int[] Removals(ParseResult arguments, string checkpoint)
    {
        if (arguments.GetList(_removals) is not { } named)
            return DefaultRemovals;
        using var opened = VideoMaeCheckpoint.Open(checkpoint);
        return named.Max() < opened.BlockCount
            ? named
            : throw new ArgumentException(
                $"{named.Max()} blocks cannot be removed: {checkpoint} has {opened.BlockCount}, at least 1 must stay. Give --removals of 1 to {opened.BlockCount - 1}.");
    }

    private FineTuningRecipe Recipe(ParseResult arguments, string checkpoint)
    {
        var recipe = FineTuningRecipe.For(checkpoint);
        var rate = _data.Folder(arguments) is null
            ? Math.Max(1, ReproductionData.MadeFrames / recipe.Loading.FrameCount)
            : recipe.Loading.SamplingRate;
        return new FineTuningRecipe(
            recipe.Loading with
            {
                SamplingRate = arguments.GetValue(_samplingRate) ?? rate,
                Size = arguments.GetValue(_size) ?? recipe.Loading.Size,
                OnError = _data.OnError(arguments),
            },
            _recipe.Adapt(recipe.Training, arguments));
    }

    private ReproductionData Data(VerbRun run, MLContext context, string folder) => _data.Folder(run.Arguments) is { } videos
        ? new ReproductionData(
            _data.Load(context, run.Arguments, Ucf101Subset.Train), _data.Load(context, run.Arguments, Ucf101Subset.Test),
            $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(videos))}, split {_data.Split(run.Arguments)}")
        : run.Progress.Progress().Start(progress =>
        {
            var task = progress.AddTask("Making videos", maxValue: 1);
            return ReproductionData.Made(
                context, Path.Combine(folder, "motion"), new ImmediateProgress<double>(done => task.Value = done), run.Cancellation);
        });

    private static VideoMaeConfiguration Geometry(string checkpoint, VideoLoadingOptions loading)
    {
        using var opened = VideoMaeCheckpoint.Open(checkpoint);
        return opened.Configuration with { FrameCount = loading.FrameCount, ImageSize = loading.Size };
    }

    private static string Describe(FineTuningRecipe recipe)
    {
        var (loading, training) = recipe;
        return FormattableString.Invariant(
            $"{training.Epochs} epoch{(training.Epochs == 1 ? "" : "s")} ({training.WarmupEpochs} of warm-up), batch {training.BatchSize}, AdamW, learning rate {training.LearningRate}, weight decay {training.WeightDecay}, {training.Precision}; {loading.FrameCount} frames, one of every {loading.SamplingRate}, of {loading.Size} x {loading.Size} pixels");
    }

    /// <summary>A list as it is typed; System.CommandLine would show it with bars.</summary>
    private static string Default<T>(IEnumerable<T> values) => $" [default: {string.Join(',', values)}]";

    private static int[] ParseRemovals(ArgumentResult result)
    {
        var counts = new List<int>();
        foreach (var part in Parts(result))
        {
            if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 1)
                counts.Add(count);
            else
                result.AddError($"'{part}' is not a number of blocks; expected is a list such as 1,3,5.");
        }
        return [.. counts];
    }

    private static string[] ParseCriteria(ArgumentResult result)
    {
        string[] names = [.. Parts(result).Distinct()];
        foreach (var name in names)
            CriterionOption.Parse(result, name);
        return names;
    }

    private static IEnumerable<string> Parts(ArgumentResult result) =>
        result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries));
}
