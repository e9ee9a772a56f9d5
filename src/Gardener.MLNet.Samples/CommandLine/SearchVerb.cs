using System.CommandLine;
using GardenerML.Pruning;
using GardenerML.Search;
using GardenerML.Video;
using Microsoft.ML;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary><c>search --data FOLDER --minutes M -o FOLDER</c>: how much of a checkpoint can be pruned.</summary>
internal sealed class SearchVerb
{
    private const string BestModel = "best.zip";

    private const int MostMinutes = (int)(GardenerExperiment.LongestTrainingTimeInSeconds / 60);

    private readonly DataOptions _data = new(required: true);
    private readonly RecipeOptions _recipe = new("The highest learning rate, which the recipe videomae multiplies by --batch-size / 256");
    private readonly RecipePresets _presets = new();
    private readonly ConstraintOptions _constraints = new();
    private readonly Option<PruningCriterion[]> _criteria = CriterionOption.MakeList();

    private readonly Option<string> _checkpoint = CommonOptions.Checkpoint("The VideoMAE checkpoint to prune.");

    private readonly Option<double> _minutes = CommonOptions.Checked(
        new Option<double>("--minutes") { Description = "How long to search; the same command again goes on.", Required = true },
        minutes => minutes is > 0 and <= MostMinutes, $"must be above 0 and at most {MostMinutes}, which is 49 days");

    private readonly Option<int?> _maximumTrials = CommonOptions.AtLeastOne(new Option<int?>("--max-trials")
    {
        Description = "How many models are trained at most, those of earlier runs included.",
    });

    private readonly Option<string> _tuner = new("--tuner")
    {
        Description = "grid, all that there is; random, the same in random order; halving, a few epochs for all and more for the best; or "
            + "bisection, the most blocks whose removal keeps --min-accuracy.",
        DefaultValueFactory = _ => "grid",
    };

    private readonly Option<int[]?> _removals = TargetOptions.List(
        "--removals", "How many blocks are removed, such as 0,3,5; every number by default.", "a number of blocks to remove");

    private readonly Option<DirectoryInfo> _output = new("--output", "-o")
    {
        Description = "Where best.zip goes, and all trials with their models; the same command again goes on from these.",
        Required = true,
    };

    private SearchVerb() => _tuner.AcceptOnly("grid", "random", "halving", "bisection");

    public static Command Make()
    {
        var search = new SearchVerb();
        var verb = VerbRun.Verb("search",
            "Prunes in several ways, fine-tunes, and keeps the best model: the most accurate within the limits, or with --min-accuracy the "
            + "smallest. Example: search --data UCF-101 --minutes 60 --tuner bisection --min-accuracy 0.85 -o output/search",
            search.RunAsync);
        search._data.AddTo(verb);
        foreach (var option in (Option[])[search._checkpoint, search._minutes, search._maximumTrials, search._tuner, search._removals, search._criteria])
            verb.Add(option);
        search._constraints.AddTo(verb);
        search._presets.AddTo(verb);
        search._recipe.AddTo(verb);
        verb.Add(search._output);
        verb.Validators.Add(result =>
        {
            if (result.GetResult(search._tuner) is { } tuner && CommonOptions.TryGetValue<string>(tuner, out var name) && name == "bisection"
                && !search._constraints.NamesAccuracy(result))
                result.AddError("--tuner bisection looks for the most blocks that keep an accuracy; say which: --min-accuracy A.");
        });
        return verb;
    }

    private async Task<VerbResult> RunAsync(VerbRun run)
    {
        var arguments = run.Arguments;
        var folder = OutputFile.PrepareFolder(arguments.GetRequiredValue(_output).ToString());
        var context = run.NewContext(_recipe.Seed(arguments));
        var training = _data.Load(context, arguments, Ucf101Subset.Train, DataOptions.HeldOut);
        var checkpoint = arguments.GetRequiredValue(_checkpoint);
        var (loading, recipe) = _presets.Recipe(arguments, checkpoint);
        var pipeline = context.Transforms.Conversion.MapValueToKey("Label")
            .Append(context.Transforms.LoadVideo(options: loading with { OnError = _data.OnError(arguments) }));

        var experiment = context.Auto()
            .CreateGardenerExperiment(new GardenerExperimentOptions
            {
                Checkpoint = checkpoint,
                Folder = folder,
                DataName = _data.Name(arguments),
                Training = _recipe.Adapt(recipe, arguments) with { Checkpoint = null },
            })
            .SetPipeline(pipeline)
            .SetDataset(training, _data.Load(context, arguments, Ucf101Subset.Validation, DataOptions.HeldOut))
            .SetSearchSpace(new GardenerSearchSpace
            {
                Criteria = arguments.GetRequiredValue(_criteria),
                RemovedCounts = arguments.GetValue(_removals) ?? [],
            })
            .SetConstraints(_constraints.Constraints(arguments))
            .SetTuner(Tuner(arguments))
            .SetTrainingTimeInSeconds((uint)Math.Max(1, Math.Round(60 * arguments.GetValue(_minutes))));
        if (arguments.GetValue(_maximumTrials) is { } most)
            experiment.SetMaxTrialsToExplore(most);

        try
        {
            using var result = await SearchDisplay.RunAsync(run, experiment);
            var document = Keep(run, result, folder);
            if (result.BestTrial is not null)
                return new VerbResult(document);
            await Console.Error.WriteLineAsync(
                "No completed trial keeps the limits, so there is no best model. Loosen --min-accuracy or the --max limits, or search for more "
                + $"--minutes; the same command with these goes on from the trials in {folder}.");
            return new VerbResult(document, Cli.Failed);
        }
        catch (OperationCanceledException)
        {
            if (await KeepAsync(run, experiment, folder) is not { } document)
                throw;
            await Console.Error.WriteLineAsync($"Cancelled. The same command goes on from the trials in {folder}.");
            return new VerbResult(document, Cli.Cancelled);
        }
        catch (TimeoutException e)
        {
            if (await KeepAsync(run, experiment, folder) is not { } document)
                throw;
            await Console.Error.WriteLineAsync(run.Message(e));
            return new VerbResult(document, Cli.Failed);
        }
    }

    /// <summary>
    /// Keeps what a search that was stopped has found; null where it had not begun, as what is in the folder is then of another run, and
    /// where that fails, which is told but is not how the search ended.
    /// </summary>
    private static async Task<SearchDocument?> KeepAsync(VerbRun run, GardenerExperiment experiment, string folder)
    {
        if (!experiment.HasOpenedStore)
            return null;
        try
        {
            using var result = await GardenerExperiment.ReadResultAsync(folder);
            return Keep(run, result, folder);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(run.Message(e));
            return null;
        }
    }

    /// <summary>Shows the trials, and copies the best one's model where there is one; that of an earlier run, with other limits, stays.</summary>
    private static SearchDocument Keep(VerbRun run, GardenerExperimentResult result, string folder)
    {
        SearchDisplay.Show(run.Progress, result);
        var zip = Path.Combine(folder, BestModel);
        if (result.BestTrial is null)
        {
            if (File.Exists(zip))
                Console.Error.WriteLine($"{zip} is left from an earlier run, and does not count here: no completed trial keeps the limits of this one.");
            return SearchDocument.Of(result, zip: null);
        }
        result.SaveBestModel(zip);
        run.Console.WriteLine($"Best model: {zip}");
        return SearchDocument.Of(result, zip);
    }

    private GardenerTuner Tuner(ParseResult arguments) => arguments.GetRequiredValue(_tuner) switch
    {
        "random" => GardenerTuner.Random(_recipe.Seed(arguments)),
        "halving" => GardenerTuner.SuccessiveHalving(),
        "bisection" => GardenerTuner.Bisection,
        _ => GardenerTuner.Grid,
    };
}
