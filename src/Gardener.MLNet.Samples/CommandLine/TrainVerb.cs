using System.CommandLine;
using GardenerML.Checkpoints;
using GardenerML.Pruning;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary><c>train --data FOLDER -o MODEL.zip</c>: prunes a checkpoint if asked to, fine-tunes it, and saves the model.</summary>
internal sealed class TrainVerb
{
    private const string FromScratch = "none";

    private readonly DataOptions _data = new(required: true);
    private readonly RecipeOptions _recipe = new("The highest learning rate, which the recipe videomae multiplies by --batch-size / 256");
    private readonly RecipePresets _presets = new();
    private readonly TargetOptions _target;
    private readonly Option<PruningCriterion> _criterion = CriterionOption.Make();
    private readonly Option<DirectoryInfo?> _resume = CommonOptions.ResumeFolder();

    private readonly Option<string> _checkpoint = CommonOptions.Checkpoint(
        $"The VideoMAE checkpoint to start from; {FromScratch} trains a small model from random weights.");

    private readonly Option<string> _subset = new("--subset")
    {
        Description = "What is validated on after each epoch: validation, a quarter of the training groups, which are then not "
            + "trained on; test; or none.",
        DefaultValueFactory = _ => "validation",
    };

    private readonly Option<DirectoryInfo?> _log = new("--log-folder")
    {
        Description = "Where history.csv and TensorBoard's event files go.",
    };

    private readonly Option<FileInfo> _output = new("--output", "-o") { Description = "The model zip.", Required = true };

    private TrainVerb()
    {
        _target = new TargetOptions(_recipe.Device, required: false);
        _subset.AcceptOnly("validation", "test", "none");
    }

    public static Command Make()
    {
        var train = new TrainVerb();
        var verb = VerbRun.Verb("train",
            "Prunes a checkpoint where --ratio or another target says how much, fine-tunes it, and saves the model. Example: "
            + "train --data UCF-101 --checkpoint MCG-NJU/videomae-base --ratio 0.25 --resume-folder state -o model.zip",
            run => Task.Run(() => train.Run(run)));
        train._data.AddTo(verb);
        verb.Add(train._checkpoint);
        train._target.AddTo(verb);
        verb.Add(train._criterion);
        train._presets.AddTo(verb);
        train._recipe.AddTo(verb);
        foreach (var option in (Option[])[train._subset, train._resume, train._log, train._output])
            verb.Add(option);
        verb.Validators.Add(result =>
        {
            if (train._presets.Fault(result, result.GetResult(train._subset)?.GetValueOrDefault<string>() != "none") is { } fault)
                result.AddError(fault);
            if (train._target.IsNamed(result) && result.GetResult(train._checkpoint)?.GetValueOrDefault<string>() == FromScratch)
                result.AddError($"--checkpoint {FromScratch} starts from random weights, of which there is nothing to choose; leave out the pruning.");
            if (train._target.Fault(result, train._criterion) is { } nothing)
                result.AddError(nothing);
        });
        verb.KeepApart([train._checkpoint], train._output);
        return verb;
    }

    private VerbResult Run(VerbRun run)
    {
        var arguments = run.Arguments;
        var output = OutputFile.Prepare(arguments.GetRequiredValue(_output).ToString());
        var context = run.NewContext(_recipe.Seed(arguments));
        var recipe = _presets.Recipe(arguments, Checkpoint(arguments));
        var (training, validation) = Load(context, arguments);
        var steps = context.Transforms.Conversion.MapValueToKey("Label")
            .Append(context.Transforms.LoadVideo(options: recipe.Loading with { OnError = _data.OnError(arguments) }));
        var options = _recipe.Adapt(recipe.Training, arguments) with
        {
            ValidationSet = validation is null ? null : steps.Fit(training).Transform(validation),
            ResumeFolder = arguments.GetValue(_resume)?.FullName,
            LogFolder = arguments.GetValue(_log)?.FullName,
        };
        run.TellOfTraining(context);
        using var model = _target.IsNamed(arguments.CommandResult)
            ? Train(steps.Append(context.Transforms.GardenerPrune(Pruning(arguments))), steps => steps.LastTransformer.Plan)
            : Train(steps, _ => null);
        SavedModel.Save(context, model, training.Schema, output);

        var history = model.LastTransformer.TrainingHistory;
        // The epoch whose weights the model has.
        var kept = options.EarlyStoppingPatience is null ? history[^1] : history.MaxBy(epoch => (epoch.Validation!.Accuracy, -epoch.Validation.Loss))!;
        Show(run.Progress, history, kept);
        run.Console.WriteLine($"Model: {output}");
        return new VerbResult(new Document(history, kept.Validation, output));

        // What is pruned is shown before the long part begins.
        TransformerChain<VideoClassifierTransformer> Train<TLast>(EstimatorChain<TLast> before, Func<TransformerChain<TLast>, PruningPlan?> plan)
            where TLast : class, ITransformer
        {
            var prepared = before.Fit(training);
            if (plan(prepared) is { } made)
                run.Progress.WriteLine(made.ToString());
            else if (options.Checkpoint is not null)
                run.Progress.WriteLine("Nothing is pruned: --ratio, or another target, says how much.");
            return TrainingDisplay.Show(run, "Training", options, shown =>
                prepared.Append(context.MulticlassClassification.Trainers.VideoClassifier(shown).Fit(prepared.Transform(training))));
        }
    }

    private (IDataView Training, IDataView? Validation) Load(MLContext context, ParseResult arguments)
    {
        var subset = arguments.GetRequiredValue(_subset);
        var held = subset == "validation" ? DataOptions.HeldOut : 0;
        return (
            _data.Load(context, arguments, Ucf101Subset.Train, held),
            subset == "none" ? null : _data.Load(context, arguments, Enum.Parse<Ucf101Subset>(subset, ignoreCase: true), held));
    }

    private PruningOptions Pruning(ParseResult arguments) => new()
    {
        Checkpoint = Checkpoint(arguments),
        Criterion = arguments.GetRequiredValue(_criterion),
        Target = _target.Target(arguments, () => TensorType.Float32),
        Protected = _target.Protected(arguments),
        MinimumKept = _target.MinimumKept(arguments),
    };

    private string? Checkpoint(ParseResult arguments) =>
        arguments.GetRequiredValue(_checkpoint) is var name && name == FromScratch ? null : name;

    private static void Show(IAnsiConsole console, IReadOnlyList<EpochMetrics> history, EpochMetrics kept)
    {
        var table = new Table().AddColumns("Epoch", "Loss", "Training accuracy", "Validation accuracy (WAR)", "Mean class recall (UAR)");
        foreach (var epoch in history)
            table.AddRow(
                $"{epoch.Epoch}{(epoch == kept ? " *" : "")}", $"{epoch.TrainingLoss:0.000}", $"{epoch.TrainingAccuracy:0.000}",
                $"{epoch.Validation?.Accuracy:0.000}", $"{epoch.Validation?.MeanClassRecall:0.000}");
        console.Write(table);
        console.WriteLine("* the weights that were kept");
    }

    /// <summary>What --json prints.</summary>
    private sealed record Document(IReadOnlyList<EpochMetrics> Epochs, ClipSetMetrics? Validation, string Zip);
}
