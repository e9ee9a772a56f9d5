using System.Diagnostics;
using GardenerML.Checkpoints;
using GardenerML.Interop;
using GardenerML.Pruning;
using GardenerML.Training;
using GardenerML.Video;
using GardenerML.VideoMae;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace GardenerML.Sensitivity;

/// <summary>Measures what the removal of blocks costs, and plans by it.</summary>
internal sealed class SensitivityAnalysis
{
    private const string Criterion = "sensitivity";

    private readonly IHost _host;
    private readonly IHostEnvironment _environment;
    private readonly SensitivityOptions _options;
    private readonly VideoClassifierOptions _training;
    private readonly VideoMaeCheckpoint _checkpoint;
    private readonly PlanSubject _subject;
    private readonly VideoClipDataViewType _clipType;
    private readonly ClipSetEvaluator _evaluator;
    private readonly SensitivityState? _state;

    private SensitivityAnalysis(
        IHostEnvironment environment, IHost host, SensitivityOptions options, VideoClassifierOptions training,
        VideoMaeCheckpoint checkpoint, PlanSubject subject, VideoClipDataViewType clipType, ClipSetEvaluator evaluator,
        SensitivityState? state)
    {
        _environment = environment;
        _host = host;
        _options = options;
        _training = training;
        _checkpoint = checkpoint;
        _subject = subject;
        _clipType = clipType;
        _evaluator = evaluator;
        _state = state;
    }

    public static SensitivityResult Run(IHostEnvironment environment, IDataView data, SensitivityOptions options)
    {
        Contracts.CheckValue(environment, nameof(environment));
        environment.CheckValue(data, nameof(data));
        environment.CheckValue(options, nameof(options));
        options.Validate();
        var host = environment.Register(nameof(SensitivityAnalysis));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(options.Cancellation, options.Training.Cancellation);
        options = options with { Cancellation = either.Token };
        var seed = options.Training.Seed ?? (environment as IHostEnvironmentInternal)?.Seed ?? 0;
        // All runs see the same videos.
        using var ownCache = options.Training.FrameCache is null ? new FrameCache(options.Training.FrameCacheBytes) : null;
        var cache = options.Training.FrameCache ?? ownCache!;
        var training = options.Training with { Seed = seed, Cancellation = either.Token, FrameCache = cache };
        var columns = TrainingColumns.Find(host, data.Schema, training);
        var trainingColumns = options.TrainingSet is { } set ? columns.FindIn(host, set.Schema, training) : null;

        using var checkpoint = VideoMaeCheckpoint.Open(options.Checkpoint ?? ShippedCheckpoints.VideoMaeTiny);
        ModelStart.RequireChosen(columns.ClipType, checkpoint);
        var subject = PlanSubject.Of(checkpoint, columns.ClipType);
        var count = CheckTarget(options, checkpoint, subject);
        var clips = LabelledClipReader.Read(host, "evaluation", data, columns, training).Clips;
        var trainingClips = trainingColumns is null
            ? []
            : LabelledClipReader.Read(host, "training", options.TrainingSet!, trainingColumns, training).Clips;
        if (trainingColumns is null)
            clips = HeadLabels.Map(checkpoint, clips, columns.ClassCount, KeyNames.FromColumn(columns.Label)?.Texts);
        var state = options.StateFolder is { } folder
            ? SensitivityState.Open(folder, RunSettings.Of(
                subject.Hash, training, trainingColumns is not null, seed, columns.ClipType, trainingClips, clips))
            : null;
        return new SensitivityAnalysis(
            environment, host, options, training, checkpoint, subject, columns.ClipType, new ClipSetEvaluator(clips, training, cache),
            state).Run(count);
    }

    private SensitivityResult Run(int count)
    {
        using var channel = _host.Start("Sensitivity");
        var measurement = new SensitivityMeasurement(_checkpoint.BlockCount, removed =>
        {
            var run = Measure(removed);
            channel.Info($"Accuracy {run.Accuracy:0.0000} without {(removed.Count == 0 ? "none" : string.Join(", ", removed))} "
                + $"of the blocks, in {run.Seconds:0.0} s.");
            return run;
        }, _state, _options);
        var blocks = _options.Greedy ? measurement.Greedy(count, _options.Protected) : measurement.Single();
        measurement.Further(_options.Sets);
        var criterion = Criterion + (_options.Greedy ? "-greedy" : "") + (_options.TrainingSet is null ? "-zero-shot" : "");
        var plan = PruningPlanner.Make(_subject, criterion, null, blocks, _options.Target, _options.Protected, _options.MinimumKept);
        return new SensitivityResult(plan, measurement.Runs);
    }

    private SensitivityRun Measure(IReadOnlyList<int> removed)
    {
        var clock = Stopwatch.StartNew();
        var metrics = _options.TrainingSet is null ? WithoutTraining(removed) : FineTuned(removed);
        return new SensitivityRun
        {
            Removed = removed,
            Accuracy = metrics.Accuracy,
            MeanClassRecall = metrics.MeanClassRecall,
            LogLoss = metrics.Loss,
            Clips = metrics.ClipCount,
            Seconds = clock.Elapsed.TotalSeconds,
        };
    }

    private ClipSetMetrics FineTuned(IReadOnlyList<int> removed)
    {
        var equal = BlockImportances.Of(new double[_checkpoint.BlockCount], [.. Enumerable.Range(0, _checkpoint.BlockCount)]);
        var plan = PruningPlanner.Make(_subject, Criterion, null, equal, PruningTarget.Blocks(removed), [], 1);
        var clips = new PruningTransformer(_environment, _training.VideoColumnName, plan).Transform(_options.TrainingSet!);
        var training = _training with { ResumeFolder = _state?.TrainingFolder(removed) };
        using var model = new VideoClassifierTrainer(_environment, training).Fit(clips);
        return _evaluator.Evaluate(model.Model);
    }

    private ClipSetMetrics WithoutTraining(IReadOnlyList<int> removed)
    {
        int[] kept = [.. Enumerable.Range(0, _checkpoint.BlockCount).Except(removed)];
        var geometry = _checkpoint.Configuration with
        {
            BlockCount = kept.Length,
            FrameCount = _clipType.FrameCount,
            ImageSize = _clipType.Height,
        };
        using var model = new VideoMaeClassifier(geometry, TorchBackend.Resolve(_training.Device));
        ModelWeights.Load(model, _checkpoint.Encoder, kept, _ => true, _checkpoint.Source);
        return _evaluator.Evaluate(model);
    }

    /// <summary>Finds out before hours of work that a target cannot be reached, and how many blocks it removes.</summary>
    private static int CheckTarget(SensitivityOptions options, VideoMaeCheckpoint checkpoint, PlanSubject subject)
    {
        var blocks = checkpoint.BlockCount;
        if (blocks < 2)
            throw new InvalidOperationException($"{checkpoint.Source} has one block only; none can be removed.");
        if (options.Greedy && options.Target.NamesBlocks)
            throw new ArgumentException(
                "A greedy measurement finds the blocks itself; give a target that says how much is removed.");
        foreach (var set in options.Sets)
            _ = PruningTarget.Blocks(set).Choose(new RemovalChoice([.. Enumerable.Range(0, blocks)], [], 1, subject.Costs));
        var choice = new RemovalChoice([.. Enumerable.Range(0, blocks)], options.Protected, options.MinimumKept, subject.Costs);
        return options.Target.Choose(choice).Count;
    }
}
