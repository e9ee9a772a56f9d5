using GardenerML.Checkpoints;
using GardenerML.VideoMae;
using Microsoft.ML;

namespace GardenerML.Training;

/// <summary>What a <see cref="VideoClassifierTrainer"/> trains, on what, and how. Immutable.</summary>
public sealed record VideoClassifierOptions
{
    /// <summary>Name of the label column; its type must be a key.</summary>
    public string LabelColumnName { get; init; } = "Label";

    /// <summary>Name of the column of clips, as <c>LoadVideo</c> makes it.</summary>
    public string VideoColumnName { get; init; } = "Video";

    /// <summary>Name of the column of class probabilities that the model adds.</summary>
    public string ScoreColumnName { get; init; } = "Score";

    /// <summary>Name of the column of the predicted label that the model adds.</summary>
    public string PredictedLabelColumnName { get; init; } = "PredictedLabel";

    /// <summary>
    /// The checkpoint that training starts from, when no <c>Gardener.Prune</c> before the trainer names one: a file or folder.
    /// </summary>
    public string? Checkpoint { get; init; }

    /// <summary>
    /// The geometry of a model that is trained from random weights, when there is no checkpoint. Frames, image size and classes
    /// are taken from the data.
    /// </summary>
    public VideoMaeConfiguration? NewModel { get; init; }

    /// <summary>Passes over the training clips; at least 1.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Clips in an optimiser step; at least 1.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>The highest learning rate, reached after the warm-up; above 0.</summary>
    public double LearningRate { get; init; } = 5e-4;

    /// <summary>The learning rate at the end of the cosine; in [0, <see cref="LearningRate"/>].</summary>
    public double MinimumLearningRate { get; init; } = 1e-6;

    /// <summary>Epochs in which the learning rate rises linearly from 0, fractions allowed; in [0, <see cref="Epochs"/>].</summary>
    public double WarmupEpochs { get; init; } = 1;

    /// <summary>AdamW's decoupled weight decay, on matrices only, not on biases and norms; at least 0.</summary>
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>AdamW's decay of the mean gradient; in [0, 1).</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>AdamW's decay of the mean squared gradient; in [0, 1).</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Share of the target probability that is spread over all classes; in [0, 1).</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Probability with which a feature is dropped before the head in training; in [0, 1).</summary>
    public double HeadDropout { get; init; }

    /// <summary>
    /// Probability with which the last block's residuals are dropped for a clip in training, rising linearly from 0 at the
    /// first block (stochastic depth); in [0, 1).
    /// </summary>
    public double DropPath { get; init; }

    /// <summary>
    /// Labelled clips that are scored after each epoch and never trained on; null for none. The same columns as the training
    /// data: transform them by the fitted steps before the trainer.
    /// </summary>
    public IDataView? ValidationSet { get; init; }

    /// <summary>Share of the training rows that are held out for validation when there is no <see cref="ValidationSet"/>; in [0, 1).</summary>
    public double ValidationFraction { get; init; }

    /// <summary>
    /// Name of a text or key column whose equal values stay on one side of the split by <see cref="ValidationFraction"/>
    /// (UCF101's groups are cuts of one video, so a split through a group measures memory); null to split by row.
    /// </summary>
    public string? GroupColumnName { get; init; }

    /// <summary>What to do with rows whose label is missing: false refuses them, true leaves them out and says how many.</summary>
    public bool SkipMissingLabels { get; init; }

    /// <summary>Seed of everything random; null takes the seed of the MLContext, or a random one if it has none.</summary>
    public int? Seed { get; init; }

    /// <summary>Where to compute.</summary>
    public ComputeDevice Device { get; init; }

    /// <summary>
    /// Bytes of decoded frames to keep between epochs, training and validation together; clips beyond it are decoded again. At
    /// least 0.
    /// </summary>
    public long FrameCacheBytes { get; init; } = 4L << 30;

    /// <summary>Videos decoded at a time; null for one a processor. At least 1.</summary>
    public int? DecodingThreads { get; init; }

    /// <summary>Clips that the fitted model scores at a time; at least 1.</summary>
    public int ScoringBatchSize { get; init; } = 8;

    /// <summary>How the saved model stores its weights: Float32, Float16 or BFloat16.</summary>
    public TensorType SavedWeightType { get; init; } = TensorType.Float32;

    /// <summary>Called after each epoch.</summary>
    public Action<EpochMetrics>? MetricsCallback { get; init; }

    /// <summary>Told after each step.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Stops training within one step; <c>Fit</c> then throws <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>The column that the split goes by; null where there is no split, or none by groups.</summary>
    internal string? SplitColumnName => ValidationSet is null && ValidationFraction > 0 ? GroupColumnName : null;

    /// <summary>Checks every number.</summary>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal void Validate()
    {
        NotEmpty(LabelColumnName, nameof(LabelColumnName));
        NotEmpty(VideoColumnName, nameof(VideoColumnName));
        NotEmpty(ScoreColumnName, nameof(ScoreColumnName));
        NotEmpty(PredictedLabelColumnName, nameof(PredictedLabelColumnName));
        if (ScoreColumnName == PredictedLabelColumnName)
            throw new ArgumentException(
                $"{nameof(ScoreColumnName)} and {nameof(PredictedLabelColumnName)} are both '{ScoreColumnName}'; they must differ.");
        NotEmpty(GroupColumnName ?? "none", nameof(GroupColumnName));
        if (Checkpoint is not null && string.IsNullOrWhiteSpace(Checkpoint))
            throw new ArgumentException($"{nameof(Checkpoint)} is empty; it must name a file or folder, or be null.");
        AtLeast(Epochs, 1, nameof(Epochs));
        AtLeast(BatchSize, 1, nameof(BatchSize));
        Above(LearningRate, nameof(LearningRate));
        Between(MinimumLearningRate, 0, LearningRate, nameof(MinimumLearningRate));
        Between(WarmupEpochs, 0, Epochs, nameof(WarmupEpochs));
        NotNegative(WeightDecay, nameof(WeightDecay));
        Share(Beta1, nameof(Beta1));
        Share(Beta2, nameof(Beta2));
        Share(LabelSmoothing, nameof(LabelSmoothing));
        Share(HeadDropout, nameof(HeadDropout));
        Share(DropPath, nameof(DropPath));
        Share(ValidationFraction, nameof(ValidationFraction));
        AtLeast(FrameCacheBytes, 0, nameof(FrameCacheBytes));
        AtLeast(DecodingThreads ?? 1, 1, nameof(DecodingThreads));
        AtLeast(ScoringBatchSize, 1, nameof(ScoringBatchSize));
        if (SavedWeightType is not (TensorType.Float32 or TensorType.Float16 or TensorType.BFloat16))
            throw new ArgumentException($"{nameof(SavedWeightType)} is {SavedWeightType}; it must be Float32, Float16 or BFloat16.");
        // The data brings its own frames and image size, whatever stands here.
        if (NewModel is { } geometry)
            (geometry with { ImageSize = Math.Max(1, geometry.PatchSize), FrameCount = Math.Max(1, geometry.TubeletSize), ClassCount = 0 })
                .Validate();

        static void NotEmpty(string name, string option)
        {
            if (string.IsNullOrWhiteSpace(name))
                throw new ArgumentException($"{option} is empty; it must name a column.");
        }

        static void AtLeast(long value, long least, string option)
        {
            if (value < least)
                throw new ArgumentException($"{option} is {value}; it must be at least {least}.");
        }

        static void Above(double value, string option)
        {
            if (!(value > 0) || !double.IsFinite(value))
                throw new ArgumentException($"{option} is {value}; it must be above 0.");
        }

        static void NotNegative(double value, string option)
        {
            if (!(value >= 0) || !double.IsFinite(value))
                throw new ArgumentException($"{option} is {value}; it must be at least 0.");
        }

        static void Between(double value, double least, double most, string option)
        {
            if (!(value >= least && value <= most))
                throw new ArgumentException($"{option} is {value}; it must be in [{least}, {most}].");
        }

        static void Share(double value, string option)
        {
            if (!(value >= 0 && value < 1))
                throw new ArgumentException($"{option} is {value}; it must be in [0, 1).");
        }
    }
}
