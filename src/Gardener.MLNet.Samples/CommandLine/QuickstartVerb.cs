using System.CommandLine;
using GardenerML.Samples.Motion;
using GardenerML.Samples.Quickstart;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML.Data;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary><c>quickstart</c>: what pruning a checkpoint costs, on made videos or on a folder of real ones.</summary>
internal sealed class QuickstartVerb
{
    private readonly DataOptions _data = new();

    private readonly Option<string> _checkpoint = new("--checkpoint")
    {
        Description = "The VideoMAE checkpoint to prune and fine-tune.",
        DefaultValueFactory = _ => "videomae-tiny",
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
            "Fine-tunes a checkpoint whole and pruned, compares, saves, and predicts in a second process. Example: quickstart --ratio 0.5",
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
        var folder = OutputFile.PrepareFolder(arguments.GetRequiredValue(_output).ToString());
        var checkpoint = arguments.GetRequiredValue(_checkpoint);
        var made = _data.Folder(arguments) is null;
        var recipe = made ? QuickstartRecipe.ForMotions(checkpoint) : QuickstartRecipe.ForVideos(checkpoint);
        recipe = new(recipe.Loading with { OnError = _data.OnError(arguments) }, _recipe.Adapt(recipe.Training, arguments));
        var context = run.NewContext(_recipe.Seed(arguments));

        var data = _data.Folder(arguments) ?? MakeVideos(run, Path.Combine(folder, "motion"));
        var (training, test) = made
            ? (Ucf101.Load(context, data, subset: Ucf101Subset.Train), Ucf101.Load(context, data, subset: Ucf101Subset.Test))
            : (_data.Load(context, arguments, Ucf101Subset.Train), _data.Load(context, arguments, Ucf101Subset.Test));
        var (labels, tests) = (training.GetColumn<string>("Label").ToArray(), test.GetColumn<string>("VideoPath").ToArray());
        run.Progress.WriteLine($"Videos: {labels.Length} to train on and {tests.Length} to test with, of {labels.Distinct().Count()} classes");

        var quickstart = new QuickstartRun(context, recipe.Loading, checkpoint, training, test, folder);
        using var whole = Train(run, "Fine-tuning the whole model", Keep(recipe.Training, arguments, "whole"), quickstart.TrainWhole);
        var unpruned = Measure(run, quickstart, whole);
        using var smaller = Train(
            run, "Fine-tuning the pruned model", Keep(recipe.Training, arguments, "pruned"),
            options => quickstart.TrainPruned(arguments.GetValue(_ratio), options));
        run.Progress.WriteLine(smaller.LastTransformer.PruningPlan!.ToString());
        var pruned = Measure(run, quickstart, smaller);

        run.Progress.WriteLine("Measuring the speed of both");
        var speeds = QuickstartRun.Speeds(whole, smaller);
        (unpruned, pruned) = (unpruned with { ClipsPerSecond = speeds[0] }, pruned with { ClipsPerSecond = speeds[1] });
        Show(run.Console, unpruned, pruned);
        run.Console.WriteLine($"Model: {quickstart.PrunedZip}");

        run.Progress.WriteLine("Predicting in a second process");
        var prediction = QuickstartRun.PredictElsewhere(quickstart.PrunedZip, tests[0]);
        run.Console.WriteLine(
            $"A second process predicts for {Path.GetFileName(tests[0])}: {prediction.Label} ({prediction.Probability:0.000})");
        return new VerbResult(new QuickstartResult(data, unpruned, pruned, quickstart.PrunedZip, prediction));
    }

    private static TransformerChain<VideoClassifierTransformer> Train(
        VerbRun run, string title, VideoClassifierOptions recipe, Func<VideoClassifierOptions, TransformerChain<VideoClassifierTransformer>> train)
    {
        run.Progress.WriteLine(title);
        var model = TrainingDisplay.Show(run, "Training", recipe, train);
        var last = model.LastTransformer.TrainingHistory[^1];
        run.Progress.WriteLine(
            $"Loss {last.TrainingLoss:0.000}, accuracy on training clips {last.TrainingAccuracy:0.000}, {last.ClipsPerSecond:0} clips/s");
        return model;
    }

    private static QuickstartModel Measure(VerbRun run, QuickstartRun quickstart, TransformerChain<VideoClassifierTransformer> model)
    {
        var measured = quickstart.Measure(model);
        run.Progress.WriteLine(
            $"On test clips: WAR {measured.War:0.000}, UAR {measured.Uar:0.000}; {measured.Parameters:N0} parameters, {measured.Gflops:0.0000} GFLOPs a clip");
        return measured;
    }

    private VideoClassifierOptions Keep(VideoClassifierOptions recipe, ParseResult arguments, string name) =>
        arguments.GetValue(_resume) is { } folder ? recipe with { ResumeFolder = Path.Combine(folder.FullName, name) } : recipe;

    private static string MakeVideos(VerbRun run, string folder)
    {
        run.Progress.Progress().Start(progress =>
        {
            var task = progress.AddTask("Making videos", maxValue: 1);
            MotionDataset.Create(
                folder, QuickstartRecipe.MadeVideos, new ImmediateProgress<double>(done => task.Value = done), run.Cancellation);
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
