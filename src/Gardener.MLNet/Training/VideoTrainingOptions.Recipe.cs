namespace GardenerML.Training;

/// <content>How to train: the optimiser, its schedule, and what is made of the clips.</content>
public abstract partial record VideoTrainingOptions
{
    private readonly double? _warmupEpochs;

    /// <summary>Passes over the training clips; at least 1.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Clips in an optimiser step; at least 1.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>The highest learning rate, reached after the warm-up; above 0.</summary>
    public double LearningRate { get; init; } = 5e-4;

    /// <summary>The learning rate at the end of the cosine; in [0, <see cref="LearningRate"/>].</summary>
    public double MinimumLearningRate { get; init; } = 1e-6;

    /// <summary>
    /// Epochs in which the learning rate rises linearly from 0, fractions allowed; in [0, <see cref="Epochs"/>]. As many as there
    /// are leave none for it to fall, which a warning says. Where it is not set: 1, at most half of the epochs; in masked pretraining
    /// a tenth of the epochs, at most 10.
    /// </summary>
    public double WarmupEpochs
    {
        get => _warmupEpochs ?? DefaultWarmupEpochs;
        init => _warmupEpochs = value;
    }

    /// <summary>AdamW's decoupled weight decay, on matrices only, not on biases and norms; at least 0.</summary>
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>AdamW's decay of the mean gradient; in [0, 1).</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>AdamW's decay of the mean squared gradient; in [0, 1).</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>
    /// Multiplies the learning rates by <see cref="BatchSize"/> / 256, so that one recipe serves batches of any size.
    /// </summary>
    public bool ScaleLearningRate { get; init; }

    /// <summary>
    /// Largest norm of the gradient of all weights together; a longer one is scaled down to it. 0 for no limit; at least 0.
    /// </summary>
    public double GradientClipping { get; init; }

    /// <summary>
    /// Share that an exponential moving average of the weights keeps in a step; validation and the result then use the average.
    /// 0 for none; about 1 - 10 / steps of the run is sensible. In [0, 1).
    /// </summary>
    public double WeightAveraging { get; init; }

    /// <summary>What is done to training clips before the model sees them.</summary>
    public ClipAugmentation Augmentation { get; init; } = ClipAugmentation.None;

    /// <summary>
    /// How often each clip of a batch is there, each time augmented differently but decoded once (repeated augmentation); at
    /// least 1. A step then has <see cref="BatchSize"/> times this number of samples.
    /// </summary>
    public int RepeatedSamples { get; init; } = 1;

    /// <summary>
    /// Whether the result is the weights of the epoch with the best validation accuracy (of equal ones, and in masked pretraining,
    /// which has none, the lowest validation loss) instead of those of the last epoch. Needs validation clips.
    /// </summary>
    public bool KeepBestWeights { get; init; }

    /// <summary>
    /// Epochs without a better validation result after which training ends, with the best epoch's weights; null for never. At
    /// least 1. Needs validation clips.
    /// </summary>
    public int? EarlyStoppingPatience { get; init; }

    /// <summary>The warm-up where none is set.</summary>
    private protected virtual double DefaultWarmupEpochs => Math.Min(1, Epochs / 2.0);

    /// <summary>Whether the result may be another epoch's weights than the last one's.</summary>
    internal bool ReturnsBest => KeepBestWeights || EarlyStoppingPatience is not null;

    /// <summary>What the learning rates are multiplied by.</summary>
    internal double LearningRateScale => ScaleLearningRate ? BatchSize / 256.0 : 1;
}
