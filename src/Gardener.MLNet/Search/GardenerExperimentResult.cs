using GardenerML.Checkpoints;
using Microsoft.ML;

namespace GardenerML.Search;

/// <summary>What an experiment found.</summary>
public sealed class GardenerExperimentResult : IDisposable
{
    private readonly string _folder;
    private readonly Lazy<ITransformer> _model;

    internal GardenerExperimentResult(string folder, IReadOnlyList<GardenerTrial> trials, GardenerExperimentDescription description)
    {
        _folder = folder;
        Trials = trials;
        Description = description;
        var ranking = new TrialRanking(description.Metric, description.Constraints);
        var trained = TrialRanking.Furthest(trials).ToList();
        BestTrial = ranking.Best(trials);
        ParetoByLatency = ParetoFront.Of(trained, ranking.Quality, result => result.Cost!.LatencyInMilliseconds);
        ParetoBySize = ParetoFront.Of(trained, ranking.Quality, result => result.Cost!.ModelBytes);
        _model = new Lazy<ITransformer>(() => new MLContext().Model.Load(BestModelFile, out _));
    }

    /// <summary>What the experiment is about.</summary>
    public GardenerExperimentDescription Description { get; }

    /// <summary>All trials in the order of starting, those of earlier and other processes included.</summary>
    public IReadOnlyList<GardenerTrial> Trials { get; }

    /// <summary>
    /// The best trial that keeps the constraints; null if none does. Where a least accuracy or recall is wanted, it is the smallest
    /// model that has it; else the one with the best metric, and of equal ones the smallest. A trial that went on for more epochs
    /// counts once, as it ended.
    /// </summary>
    public GardenerTrialResult? BestTrial { get; }

    /// <summary>
    /// The trials of which no other has as good a metric at as short a latency, and one of the two better; the fastest first.
    /// </summary>
    public IReadOnlyList<GardenerTrialResult> ParetoByLatency { get; }

    /// <summary>The trials of which no other has as good a metric in as small a file, and one of the two better; the smallest first.</summary>
    public IReadOnlyList<GardenerTrialResult> ParetoBySize { get; }

    /// <summary>
    /// The model of the best trial, with the steps of the pipeline; loaded when it is first asked for. It belongs to this result.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no best trial.</exception>
    /// <exception cref="FileNotFoundException">The model is not there any more.</exception>
    public ITransformer Model => _model.Value;

    /// <summary>The zip of the best trial's model.</summary>
    /// <exception cref="InvalidOperationException">There is no best trial.</exception>
    public string BestModelFile => BestTrial is { } best
        ? ModelFile(best.TrialSettings)
        : throw new InvalidOperationException("No completed trial keeps the constraints, so there is no best model.");

    /// <summary>The zip of a completed trial's model; that of a longer one, where there is one of the same training.</summary>
    /// <param name="settings">The trial.</param>
    public string ModelFile(GardenerTrialSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var furthest = TrialRanking.Furthest(Trials).FirstOrDefault(result => result.TrialSettings.TrainingName == settings.TrainingName);
        return TrialFiles.Model(
            _folder, furthest?.TrialSettings.TrainedEpochs > settings.TrainedEpochs ? furthest.TrialSettings : settings);
    }

    /// <summary>Copies the best model to a file, whole or not at all.</summary>
    /// <param name="path">The zip to write or replace.</param>
    /// <exception cref="InvalidOperationException">There is no best trial.</exception>
    public void SaveBestModel(string path)
    {
        using var model = File.OpenRead(BestModelFile);
        AtomicFile.Write(path, model.CopyTo);
    }

    /// <summary>
    /// One row a trial: TrialId, State, IsBest, Criterion, Removed, RemovedCount, Ratio, Epochs, WarmupEpochs, TrainedEpochs,
    /// LearningRate, LayerDecay, Accuracy, MeanClassRecall, LogLoss, Parameters, GigaFlops, LatencyInMilliseconds, ModelBytes, DurationInSeconds,
    /// Error; what is not known is NaN or empty.
    /// </summary>
    /// <param name="mlContext">Makes the view.</param>
    public IDataView ToDataView(MLContext mlContext)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        return mlContext.Data.LoadFromEnumerable(
            Trials.Select(trial => new GardenerTrialRow(trial, trial.Settings.TrialId == BestTrial?.TrialSettings.TrialId)).ToList());
    }

    /// <summary>Frees the model.</summary>
    public void Dispose()
    {
        if (_model.IsValueCreated)
            (_model.Value as IDisposable)?.Dispose();
    }
}
