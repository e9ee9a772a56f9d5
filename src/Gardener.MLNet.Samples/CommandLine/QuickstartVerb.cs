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
    private readonly Option<int?> _epochs = CommonOptions.Epochs();
    private readonly Option<int?> _batchSize = CommonOptions.BatchSize();
    private readonly Option<int> _seed = CommonOptions.Seed();
    private readonly Option<ComputeDevice> _device = CommonOptions.Device();

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
        foreach (var option in (Option[])[quickstart._checkpoint, quickstart._ratio, quickstart._epochs, quickstart._batchSize,
            quickstart._seed, quickstart._device, quickstart._output])
            verb.Add(option);
        return verb;
    }

    private VerbResult Run(VerbRun run)
    {
        var arguments = run.Arguments;
        var seed = arguments.GetValue(_seed);
        var folder = arguments.GetRequiredValue(_output).FullName;
        var checkpoint = arguments.GetValue(_checkpoint);
        Directory.CreateDirectory(folder);
        var context = run.NewContext(seed);

        var data = _data.Folder(arguments) ?? MakeVideos(run, Path.Combine(folder, "motion"));
        var (training, test) = _data.Folder(arguments) is null
            ? (Ucf101.Load(context, data, subset: Ucf101Subset.Train), Ucf101.Load(context, data, subset: Ucf101Subset.Test))
            : (_data.Load(context, arguments, Ucf101Subset.Train), _data.Load(context, arguments, Ucf101Subset.Test));

        var recipe = checkpoint is not null ? QuickstartRecipe.FromCheckpoint(checkpoint)
            : _data.Folder(arguments) is null ? QuickstartRecipe.MadeMotion
            : QuickstartRecipe.RealVideos;
        recipe = Adapt(recipe, run);
        var quickstart = new QuickstartRun(context, recipe, arguments.GetValue(_ratio), folder);

        var (whole, wholeZip) = WithProgress(
            run, "Training the whole model", recipe.Training, options => quickstart.TrainWhole(options, training));
        using var disposeWhole = whole;
        var (smaller, zip) = WithProgress(
            run, "Fine-tuning the pruned model", recipe.FineTuning,
            options => quickstart.TrainPruned(checkpoint ?? wholeZip, options, training));
        using var disposeSmaller = smaller;
        var (unpruned, pruned) = quickstart.Compare(whole, smaller, test);
        var video = test.GetColumn<string>("VideoPath").First();
        var prediction = QuickstartRun.PredictElsewhere(zip, video);

        run.Console.WriteLine(smaller.LastTransformer.PruningPlan!.ToString());
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

    private QuickstartRecipe Adapt(QuickstartRecipe recipe, VerbRun run)
    {
        var arguments = run.Arguments;
        var epochs = arguments.GetValue(_epochs);
        return recipe with
        {
            Loading = recipe.Loading with { OnError = _data.OnError(arguments) },
            PrunedEpochs = epochs ?? recipe.PrunedEpochs,
            Training = recipe.Training with
            {
                Epochs = epochs ?? recipe.Training.Epochs,
                WarmupEpochs = Math.Min(recipe.Training.WarmupEpochs, epochs ?? recipe.Training.Epochs),
                BatchSize = arguments.GetValue(_batchSize) ?? recipe.Training.BatchSize,
                Device = arguments.GetValue(_device),
                Cancellation = run.Cancellation,
            },
        };
    }

    private static string MakeVideos(VerbRun run, string folder)
    {
        run.Console.Progress().Start(progress =>
        {
            var task = progress.AddTask("Making videos", maxValue: 1);
            MotionDataset.Create(
                folder, new MotionDatasetOptions { ClipsPerGroup = 24 }, new ImmediateProgress<double>(done => task.Value = done), run.Cancellation);
        });
        return folder;
    }

    private static T WithProgress<T>(VerbRun run, string title, VideoClassifierOptions options, Func<VideoClassifierOptions, T> work) =>
        run.Console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(progress =>
            {
                var task = progress.AddTask(title);
                return work(options with
                {
                    Progress = new ImmediateProgress<TrainingProgress>(step =>
                    {
                        task.MaxValue = step.StepCount;
                        task.Value = step.Step;
                        task.Description = $"{title}: epoch {step.Epoch} of {step.EpochCount}, loss {step.Loss:0.000}";
                    }),
                });
            });

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
