using System.Diagnostics;
using GardenerML.Checkpoints;
using GardenerML.Pruning;
using GardenerML.Training;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace GardenerML.Search;

/// <summary>
/// Runs trials on this machine: prunes the checkpoint, fine-tunes, and writes <c>models/NAME.zip</c> in the experiment's folder, where
/// the name is <see cref="GardenerTrialSettings.Key"/>. One trial at a time.
/// </summary>
public sealed class GardenerTrialRunner : IGardenerTrialRunner, IDisposable
{
    private readonly IHostEnvironment _environment;
    private readonly VideoClassifierOptions _training;
    private readonly IReadOnlyList<PruningCriterion> _criteria;
    private readonly SearchSubject _subject;
    private readonly SearchData _data;
    private readonly VideoMaeCosts _costs;
    private readonly FrameCache? _ownCache;
    private SortedDictionary<string, string>? _identity;

    /// <summary>Makes a runner, for a process that only runs trials: an experiment has one of its own.</summary>
    /// <param name="mlContext">Its log and progress are written to.</param>
    /// <param name="options">The checkpoint and the recipe; the folder is that of each request.</param>
    /// <param name="trainingSet">Labelled clips to train on, or what the pipeline makes them of.</param>
    /// <param name="validationSet">Labelled clips to measure on, likewise.</param>
    /// <param name="pipeline">The fitted steps before the classifier, which become part of each model; null for none.</param>
    /// <param name="criteria">Criteria that a name does not tell, such as custom ones; null for none.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or a column is not there.</exception>
    /// <exception cref="CheckpointException">The checkpoint cannot be used.</exception>
    public GardenerTrialRunner(
        MLContext mlContext, GardenerExperimentOptions options, IDataView trainingSet, IDataView validationSet,
        ITransformer? pipeline = null, IReadOnlyList<PruningCriterion>? criteria = null)
        : this(mlContext, Valid(options), SearchData.Of(mlContext, options, trainingSet, validationSet, pipeline), null, criteria ?? [])
    {
    }

    internal GardenerTrialRunner(
        IHostEnvironment environment, GardenerExperimentOptions options, SearchData data, SearchSubject? subject,
        IReadOnlyList<PruningCriterion> criteria)
    {
        _environment = environment;
        _criteria = criteria;
        _data = data;
        _subject = subject ?? new SearchSubject(options, data.Columns.ClipType);
        using var checkpoint = VideoMaeCheckpoint.Open(options.Checkpoint);
        _costs = new VideoMaeCosts(checkpoint.Configuration with
        {
            FrameCount = data.Columns.ClipType.FrameCount,
            ImageSize = data.Columns.ClipType.Height,
            ClassCount = data.Columns.ClassCount,
        });
        // All trials see the same videos.
        _ownCache = options.Training.FrameCache is null ? new FrameCache(options.Training.FrameCacheBytes) : null;
        _training = options.Training with { FrameCache = options.Training.FrameCache ?? _ownCache, ValidationSet = data.Validation };
    }

    /// <inheritdoc/>
    /// <exception cref="OtherExperimentException">The checkpoint, the clips or the recipe are not those of the request's experiment.</exception>
    public Task<GardenerTrialResult> RunAsync(
        GardenerTrialRequest request, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Task.Run(() => Run(request, progress, cancellationToken), cancellationToken);
    }

    /// <summary>Gives the frames back that were kept.</summary>
    public void Dispose() => _ownCache?.Dispose();

    private GardenerTrialResult Run(
        GardenerTrialRequest request, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var settings = request.Settings;
        RequireSame(request);
        int[] kept = [.. Enumerable.Range(0, settings.BlockCount).Except(settings.Removed)];
        var cost = Cost(kept);
        if (request.Constraints.Exceeded(cost) is { } fault)
            return Result(GardenerTrialState.Infeasible) with { Error = fault };

        var criterion = _criteria.FirstOrDefault(one => one.Name == settings.Criterion) ?? PruningCriterion.Parse(settings.Criterion);
        var clips = new PruningTransformer(_environment, _training.VideoColumnName, _subject.Plan(settings, criterion))
            .Transform(_data.Training);
        var options = Options(request, progress, cancellation);
        using var model = new VideoClassifierTrainer(_environment, options).Fit(clips);
        if (model.TrainingHistory.Any(epoch => epoch.Epoch > settings.TrainedEpochs))
            throw new ResumeFolderInUseException($"The training in {options.ResumeFolder} went on beyond epoch {settings.TrainedEpochs} in another run meanwhile.");
        var path = request.ModelFile;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, stream => new MLContext().Model.Save(_data.ToPipeline(model), _data.InputSchema, stream));
        var position = new TrainingPosition { History = [.. model.TrainingHistory] };
        var metrics = (options.ReturnsBest ? position.Best! : position.History[^1]).Validation!;
        cost = cost with { ModelBytes = new FileInfo(path).Length };
        return Result(GardenerTrialState.Completed) with
        {
            Accuracy = metrics.Accuracy,
            MeanClassRecall = metrics.MeanClassRecall,
            LogLoss = metrics.Loss,
            ClipCount = metrics.ClipCount,
        };

        GardenerTrialResult Result(GardenerTrialState state)
        {
            using var process = Process.GetCurrentProcess();
            return new GardenerTrialResult
            {
                TrialSettings = settings,
                State = state,
                Cost = cost,
                DurationInSeconds = clock.Elapsed.TotalSeconds,
                PeakMemoryInMegaByte = process.PeakWorkingSet64 / 1e6,
            };
        }
    }

    /// <summary>Refuses a trial of an experiment with another checkpoint, other clips or another recipe.</summary>
    private void RequireSame(GardenerTrialRequest request)
    {
        if (request.Experiment is not { } experiment)
            return;
        // All trials of an experiment have the same seed, whatever that of this process is.
        _identity ??= _data.Identity(_environment, _subject.Hash, _training, request.Settings.Seed);
        if (SettingsDifference.Find(experiment, _identity) is { } differences)
            throw new OtherExperimentException($"This machine's trials would be of another experiment: {differences}.");
    }

    private GardenerTrialCost Cost(int[] kept)
    {
        var (parameters, gflops) = _costs.Cost(kept);
        return new GardenerTrialCost(
            parameters, gflops!.Value, _costs.Latency(kept, _training.Device, 1).TotalMilliseconds,
            (long)_costs.ModelBytes(kept, _training.SavedWeightType));
    }

    private VideoClassifierOptions Options(
        GardenerTrialRequest request, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var settings = request.Settings;
        return _training with
        {
            Epochs = settings.Epochs,
            PauseAfterEpoch = settings.TrainedEpochs < settings.Epochs ? settings.TrainedEpochs : null,
            WarmupEpochs = settings.WarmupEpochs,
            LearningRate = settings.LearningRate,
            LayerDecay = settings.LayerDecay,
            Seed = settings.Seed,
            // A model of later epochs is not this trial's: then it trains anew.
            ResumeFolder = TrainingStore.IsBeyond(request.StateFolder, settings.TrainedEpochs) ? request.OwnStateFolder : request.StateFolder,
            Progress = progress ?? _training.Progress,
            Cancellation = cancellation,
        };
    }

    private static GardenerExperimentOptions Valid(GardenerExperimentOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ValidateRecipe();
        return options;
    }
}
