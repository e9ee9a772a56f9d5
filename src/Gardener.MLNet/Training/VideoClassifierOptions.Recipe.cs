namespace GardenerML.Training;

/// <content>How to train: the optimiser, its schedule, and what keeps it from learning by heart.</content>
public sealed partial record VideoClassifierOptions
{
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
    /// are leave none for it to fall, which a warning says.
    /// </summary>
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
    /// Multiplies the learning rates by <see cref="BatchSize"/> / 256, so that one recipe serves batches of any size.
    /// </summary>
    public bool ScaleLearningRate { get; init; }

    /// <summary>
    /// Factor by which the learning rate shrinks from each layer to the one below: the head has the whole rate, block i of L
    /// (from 0) decay^(L - i), the patch embedding decay^(L + 1) (BEiT, arXiv 2106.08254). In (0, 1].
    /// </summary>
    public double LayerDecay { get; init; } = 1;

    /// <summary>
    /// Largest norm of the gradient of all weights together; a longer one is scaled down to it. 0 for no limit; at least 0.
    /// </summary>
    public double GradientClipping { get; init; }

    /// <summary>
    /// Share that an exponential moving average of the weights keeps in a step; validation and the result then use the average.
    /// 0 for none; about 1 - 10 / steps of the run is sensible. In [0, 1).
    /// </summary>
    public double WeightAveraging { get; init; }

    /// <summary>
    /// Trains only the final norm and the head (linear probing). Without augmentation each clip is encoded once only.
    /// </summary>
    public bool FreezeEncoder { get; init; }

    /// <summary>How many blocks, from the first on, stay as they are, and with them the patch embedding; 0 for none.</summary>
    public int FrozenBlocks { get; init; }

    /// <summary>How much the clips of each class count in the loss.</summary>
    public ClassWeighting ClassWeights { get; init; } = ClassWeighting.Equal;

    /// <summary>What is done to training clips before the model sees them.</summary>
    public ClipAugmentation Augmentation { get; init; } = ClipAugmentation.None;

    /// <summary>
    /// How often each clip of a batch is there, each time augmented differently but decoded once (repeated augmentation); at
    /// least 1. A step then has <see cref="BatchSize"/> times this number of samples.
    /// </summary>
    public int RepeatedSamples { get; init; } = 1;

    /// <summary>
    /// Whether the result is the weights of the epoch with the best validation accuracy (of equal ones, the lowest validation
    /// loss) instead of those of the last epoch. Needs validation clips.
    /// </summary>
    public bool KeepBestWeights { get; init; }

    /// <summary>
    /// Epochs without a better validation result after which training ends, with the best epoch's weights; null for never. At
    /// least 1. Needs validation clips.
    /// </summary>
    public int? EarlyStoppingPatience { get; init; }

    /// <summary>
    /// The recipe of the Gardener paper (arXiv 2602.03918) for fine-tuning on UCF101: 7 epochs, two of them warm-up, batch 64,
    /// learning rate 1e-3, weight decay 0.05, dropout 0.3.
    /// </summary>
    public static VideoClassifierOptions Paper { get; } = new()
    {
        Epochs = 7,
        WarmupEpochs = 2,
        BatchSize = 64,
        LearningRate = 1e-3,
        HeadDropout = 0.3,
    };

    /// <summary>
    /// The recipe of VideoMAE (arXiv 2203.12602, MCG-NJU/VideoMAE) for UCF101: 100 epochs with layer decay, drop path, label
    /// smoothing and all of <see cref="ClipAugmentation.VideoMae"/>. It mirrors clips: set
    /// <see cref="ClipAugmentation.HorizontalFlip"/> to 0 where left and right are different classes.
    /// </summary>
    public static VideoClassifierOptions VideoMae { get; } = new()
    {
        Epochs = 100,
        WarmupEpochs = 5,
        LearningRate = 5e-4,
        MinimumLearningRate = 1e-5,
        ScaleLearningRate = true,
        LayerDecay = 0.7,
        DropPath = 0.2,
        HeadDropout = 0.5,
        LabelSmoothing = 0.1,
        RepeatedSamples = 2,
        Augmentation = ClipAugmentation.VideoMae,
    };

    /// <summary>Whether the result may be another epoch's weights than the last one's.</summary>
    internal bool ReturnsBest => KeepBestWeights || EarlyStoppingPatience is not null;

    /// <summary>What the learning rates are multiplied by.</summary>
    internal double LearningRateScale => ScaleLearningRate ? BatchSize / 256.0 : 1;
}
