using System.CommandLine;
using GardenerML.Samples.Motion;
using GardenerML.Samples.Quickstart;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML.Data;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary><c>quickstart</c>: the whole chain on made videos, or on a folder of real ones.</summary>
internal sealed class QuickstartVerb
{
    private readonly DataOptions _data = new();

    private readonly Option<string?> _checkpoint = new("--checkpoint")
    {
        Description = "The VideoMAE checkpoint to prune and fine-tune; without it a small model is trained from random weights.",
    };

    private readonly Option<double> _ratio = CommonOptions.Ratio();
    private readonly RecipeOptions _recipe = new();
    private readonly Option<DirectoryInfo?> _resume = CommonOptions.ResumeFolder();

    private readonly Option<DirectoryInfo> _output = new("--output", "-o")
    {
        Description = "Where the made videos and the models go.",
        DefaultValueFactory = _ => new DirectoryInfo(Path.Combine("output", "quickstart")),
    };

    public static Command Make()
    {
        var quickstart = new QuickstartVerb();
        var verb = VerbRun.Verb("quickstart",
            "Makes videos, trains, prunes, saves, and predicts in a second process. Example: quickstart --ratio 0.5",
            run => Task.Run(() => quickstart.Run(run)));
        quickstart._data.AddTo(verb);
        quickstart._recipe.AddTo(verb);
        foreach (var option in (Option[])[quickstart._checkpoint, quickstart._ratio, quickstart._resume, quickstart._output])
            verb.Add(option);
        return verb;
    }

    private VerbResult Run(VerbRun run)
    {
        var arguments = run.Arguments;
        var folder = arguments.GetRequiredValue(_output).FullName;
        var checkpoint = arguments.GetValue(_checkpoint);
        Directory.CreateDirectory(folder);
        var context = run.NewContext(_recipe.Seed(arguments));

        var data = _data.Folder(arguments) ?? MakeVideos(run, Path.Combine(folder, "motion"));
        var (training, test) = _data.Folder(arguments) is null
            ? (Ucf101.Load(context, data, subset: Ucf101Subset.Train), Ucf101.Load(context, data, subset: Ucf101Subset.Test))
            : (_data.Load(context, arguments, Ucf101Subset.Train), _data.Load(context, arguments, Ucf101Subset.Test));

        var recipe = checkpoint is not null ? QuickstartRecipe.FromCheckpoint(checkpoint)
            : _data.Folder(arguments) is null ? QuickstartRecipe.MadeMotion
            : QuickstartRecipe.RealVideos;
        recipe = Adapt(recipe, arguments);
        var quickstart = new QuickstartRun(context, recipe, arguments.GetValue(_ratio), folder);

        var (whole, wholeZip) = TrainingDisplay.Show(
            run, "Training the whole model", Keep(recipe.Training, arguments, "whole"), options => quickstart.TrainWhole(options, training));
        using var disposeWhole = whole;
        var (smaller, zip) = TrainingDisplay.Show(
            run, "Fine-tuning the pruned model", Keep(recipe.FineTuning, arguments, "pruned"),
            options => quickstart.TrainPruned(checkpoint ?? wholeZip, options, training));
        using var disposeSmaller = smaller;
        var (unpruned, pruned) = quickstart.Compare(whole, smaller, test);
        var video = test.GetColumn<string>("VideoPath").First();
        var prediction = QuickstartRun.PredictElsewhere(zip, video);

        run.Progress.WriteLine(smaller.LastTransformer.PruningPlan!.ToString());
        Show(run.Console, unpruned, pruned);
        run.Console.WriteLine(
            checkpoint is null
                ? $"The pruned model goes on from the whole one, for {recipe.PrunedEpochs} more epochs after its {recipe.Training.Epochs}."
                : "Both models were fine-tuned from the checkpoint.");
        run.Console.WriteLine($"Model: {zip}");
        run.Console.WriteLine(
            $"A second process predicts for {Path.GetFileName(video)}: {prediction.Label} ({prediction.Probability:0.000})");
        return new VerbResult(new QuickstartResult(data, unpruned, pruned, zip, prediction));
    }

    private QuickstartRecipe Adapt(QuickstartRecipe recipe, ParseResult arguments)
    {
        return recipe with
        {
            Loading = recipe.Loading with { OnError = _data.OnError(arguments) },
            PrunedEpochs = _recipe.Epochs(arguments) ?? recipe.PrunedEpochs,
            Training = _recipe.Adapt(recipe.Training, arguments),
        };
    }

    private VideoClassifierOptions Keep(VideoClassifierOptions recipe, ParseResult arguments, string name) =>
        arguments.GetValue(_resume) is { } folder ? recipe with { ResumeFolder = Path.Combine(folder.FullName, name) } : recipe;

    private static string MakeVideos(VerbRun run, string folder)
    {
        run.Progress.Progress().Start(progress =>
        {
            var task = progress.AddTask("Making videos", maxValue: 1);
            MotionDataset.Create(
                folder, new MotionDatasetOptions { ClipsPerGroup = 24 }, new ImmediateProgress<double>(done => task.Value = done), run.Cancellation);
        });
        return folder;
    }

    private static void Show(IAnsiConsole console, QuickstartModel unpruned, QuickstartModel pruned)
    {
        var table = new Table().AddColumns("", "Whole", $"Pruned by {pruned.Ratio:0.0%}");
        Row("Accuracy (WAR)", model => $"{model.War:0.000}");
        Row("Mean class recall (UAR)", model => $"{model.Uar:0.000}");
        Row("Parameters", model => $"{model.Parameters:N0}");
        Row("GFLOPs a clip", model => $"{model.Gflops:0.0000}");
        Row("Clips per second, model alone", model => $"{model.ClipsPerSecond:0}");
        console.Write(table);

        void Row(string name, Func<QuickstartModel, string> value) => table.AddRow(name, value(unpruned), value(pruned));
    }
}
