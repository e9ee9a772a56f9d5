namespace GardenerML.Training;

/// <content>How to train: the optimiser, its schedule, and what keeps it from learning by heart.</content>
public sealed partial record VideoClassifierOptions
{
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
    /// Factor by which the learning rate shrinks from each layer to the one below: the head has the whole rate, block i of L
    /// (from 0) decay^(L - i), the patch embedding decay^(L + 1) (BEiT, arXiv 2106.08254). In (0, 1].
    /// </summary>
    public double LayerDecay { get; init; } = 1;

    /// <summary>
    /// Trains only the final norm and the head (linear probing). Without augmentation each clip is encoded once only.
    /// </summary>
    public bool FreezeEncoder { get; init; }

    /// <summary>How many blocks, from the first on, stay as they are, and with them the patch embedding; 0 for none.</summary>
    public int FrozenBlocks { get; init; }

    /// <summary>How much the clips of each class count in the loss.</summary>
    public ClassWeighting ClassWeights { get; init; } = ClassWeighting.Equal;

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
}
