using GardenerML.Checkpoints;
using GardenerML.VideoMae;
using Microsoft.ML;

namespace GardenerML.Training;

/// <summary>What training with labels and masked pretraining share: the data, where and how to compute, what is kept and told.</summary>
public abstract partial record VideoTrainingOptions
{
    private protected VideoTrainingOptions()
    {
    }

    /// <summary>Name of the column of clips, as <c>LoadVideo</c> makes it.</summary>
    public string VideoColumnName { get; init; } = "Video";

    /// <summary>
    /// The checkpoint that training starts from: a file, a folder, a model zip or a Hugging Face id. Null for that of
    /// <c>Gardener.Prune</c> before a trainer of classifiers, else for <see cref="NewModel"/>; without that too, a trainer of
    /// classifiers takes <see cref="ShippedCheckpoints.VideoMaeTiny"/>.
    /// </summary>
    public string? Checkpoint { get; init; }

    /// <summary>
    /// The geometry of a model that is trained from random weights, when there is no checkpoint. Frames, image size and classes
    /// are taken from the data.
    /// </summary>
    public VideoMaeConfiguration? NewModel { get; init; }

    /// <summary>
    /// Clips, labelled where training is, that are scored after each epoch and never trained on; null for none. The same columns as
    /// the training data: transform them by the fitted steps before the trainer.
    /// </summary>
    public IDataView? ValidationSet { get; init; }

    /// <summary>Share of the training rows that are held out for validation when there is no <see cref="ValidationSet"/>; in [0, 1).</summary>
    public double ValidationFraction { get; init; }

    /// <summary>
    /// Name of a text or key column whose equal values stay on one side of the split by <see cref="ValidationFraction"/>
    /// (UCF101's groups are cuts of one video, so a split through a group measures memory); null to split by row.
    /// </summary>
    public string? GroupColumnName { get; init; }

    /// <summary>Seed of everything random; null takes the seed of the MLContext, or a random one if it has none.</summary>
    public int? Seed { get; init; }

    /// <summary>Where to compute.</summary>
    public ComputeDevice Device { get; init; }

    /// <summary>
    /// Bytes of decoded frames to keep between epochs, training and validation together; clips beyond it are decoded again. At
    /// least 0.
    /// </summary>
    public long FrameCacheBytes { get; init; } = 4L << 30;

    /// <summary>
    /// Where decoded frames are kept, shared with other trainings on the same videos; null for a cache of
    /// <see cref="FrameCacheBytes"/> that ends with this one. It is the caller's to dispose.
    /// </summary>
    public FrameCache? FrameCache { get; init; }

    /// <summary>Videos decoded at a time; null for one a processor. At least 1.</summary>
    public int? DecodingThreads { get; init; }

    /// <summary>Clips that the fitted model scores at a time; at least 1.</summary>
    public int ScoringBatchSize { get; init; } = 8;

    /// <summary>How the saved model stores its weights: Float32, Float16 or BFloat16.</summary>
    public TensorType SavedWeightType { get; init; } = TensorType.Float32;

    /// <summary>
    /// Type of the numbers that matrix products are computed in while training; the weights themselves stay in single precision,
    /// and so do norms, softmax and loss. <see cref="Precision.Auto"/> measures a step, so that a run on another day may choose
    /// differently where both are about as fast.
    /// </summary>
    public Precision Precision { get; init; } = Precision.Float32;

    /// <summary>
    /// Clips that go through the model at a time; the gradients of a step are summed over them, so that a step of
    /// <see cref="BatchSize"/> clips needs the memory of fewer. Null for as many as there are. When the device runs out of memory,
    /// it is halved, and a warning says so. At least 1.
    /// </summary>
    public int? MicroBatchSize { get; init; }

    /// <summary>
    /// A folder that keeps the state of training; null for none. The same <c>Fit</c> again, after it was stopped or killed, goes on
    /// from there and ends with the weights of a run that was not interrupted; a finished run is not trained again. Settings and
    /// data must be those that the state was made with. One run at a time may use a folder.
    /// </summary>
    public string? ResumeFolder { get; init; }

    /// <summary>Steps after which the state is saved, besides the end of each epoch; null for no such number. At least 1.</summary>
    public int? SaveEverySteps { get; init; }

    /// <summary>Time after which the state is saved, besides the end of each epoch; null for none. Above 0.</summary>
    public TimeSpan? SaveInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// A folder for <c>history.csv</c> (a row an epoch) and TensorBoard event files (loss, learning rate and gradient norm of each
    /// step, metrics of each epoch); null for none.
    /// </summary>
    public string? LogFolder { get; init; }

    /// <summary>Called after each epoch.</summary>
    public Action<EpochMetrics>? MetricsCallback { get; init; }

    /// <summary>Told after each step.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Stops training within one step; <c>Fit</c> then throws <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Told before each micro-batch how many clips it has; tests make it fail.</summary>
    internal Action<int>? BeforeMicroBatch { get; init; }

    /// <summary>
    /// The epoch, from 1, after which training pauses with the model as it is then; null for none. With a
    /// <see cref="ResumeFolder"/> the same run goes on from there when the pause is later, or none.
    /// </summary>
    internal int? PauseAfterEpoch { get; init; }

    /// <summary>The column that the split goes by; null where there is no split, or none by groups.</summary>
    internal string? SplitColumnName => ValidationSet is null && ValidationFraction > 0 ? GroupColumnName : null;
}
