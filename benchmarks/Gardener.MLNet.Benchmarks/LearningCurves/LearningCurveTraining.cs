using GardenerML.Pruning;
using GardenerML.Samples.CommandLine;
using GardenerML.Training;
using GardenerML.Video;
using GardenerML.VideoMae;
using Microsoft.ML;

namespace GardenerML.Benchmarks.LearningCurves;

/// <summary>Trains the runs on one data set.</summary>
internal sealed class LearningCurveTraining
{
    private readonly MLContext _context = new(seed: 1);
    private readonly VideoMaeConfiguration _whole;
    private readonly string? _checkpoint;
    private readonly IDataView _training;
    private readonly IDataView _test;

    /// <summary>Finds the clips.</summary>
    /// <param name="videos">The folder of the data set.</param>
    /// <param name="loading">How clips are read.</param>
    /// <param name="whole">The model without pruning.</param>
    /// <param name="checkpoint">Where pretrained weights of it are; null for none.</param>
    public LearningCurveTraining(string videos, VideoLoadingOptions loading, VideoMaeConfiguration whole, string? checkpoint)
    {
        (_whole, _checkpoint) = (whole, checkpoint);
        var rows = Ucf101.Load(_context, videos, subset: Ucf101Subset.Train);
        var steps = _context.Transforms.Conversion.MapValueToKey("Label").Append(_context.Transforms.LoadVideo(options: loading)).Fit(rows);
        _training = steps.Transform(rows);
        _test = steps.Transform(Ucf101.Load(_context, videos, subset: Ucf101Subset.Test));
    }

    /// <summary>Trains, or goes on with, a run.</summary>
    public LearningCurve Train(LearningRun run, VideoClassifierOptions recipe, string stateFolder)
    {
        var options = RecipeOptions.WithEpochs(recipe, run.Epochs) with
        {
            NewModel = run.Start == LearningRun.FromRandom ? _whole with { BlockCount = run.Blocks - run.Removed } : null,
            Checkpoint = null,
            LearningRate = run.LearningRate,
            Seed = run.Seed,
            ValidationSet = _test,
            ResumeFolder = stateFolder,
        };
        var trainer = _context.MulticlassClassification.Trainers.VideoClassifier(options);
        using var model = run.Start == LearningRun.FromRandom ? trainer.Fit(_training) : trainer.Fit(Pruned(run.Removed));
        return new LearningCurve(
            run,
            [.. model.TrainingHistory.Select(epoch => epoch.Validation!.Accuracy)],
            [.. model.TrainingHistory.Select(epoch => epoch.TrainingLoss)]);
    }

    private IDataView Pruned(int removed)
    {
        var prune = _context.Transforms.GardenerPrune(new PruningOptions { Checkpoint = _checkpoint, Target = PruningTarget.Count(removed) });
        return prune.Fit(_training).Transform(_training);
    }
}
