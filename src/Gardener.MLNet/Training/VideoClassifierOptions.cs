namespace GardenerML.Training;

/// <summary>What a <see cref="VideoClassifierTrainer"/> trains, on what, and how. Immutable.</summary>
public sealed partial record VideoClassifierOptions : VideoTrainingOptions
{
    /// <summary>Name of the label column; its type must be a key.</summary>
    public string LabelColumnName { get; init; } = "Label";

    /// <summary>Name of the column of class probabilities that the model adds.</summary>
    public string ScoreColumnName { get; init; } = "Score";

    /// <summary>Name of the column of the predicted label that the model adds.</summary>
    public string PredictedLabelColumnName { get; init; } = "PredictedLabel";

    /// <summary>
    /// Type of the numbers that the fitted model computes matrix products in, the head's apart. <see cref="Precision.BFloat16"/> is
    /// faster on processors with instructions for it, and moves probabilities by about 0.01 at most; <see cref="Precision.Auto"/>
    /// tries both on the machine that scores, when it scores the first clips.
    /// </summary>
    public Precision ScoringPrecision { get; init; } = Precision.Float32;

    /// <summary>What to do with rows whose label is missing: false refuses them, true leaves them out and says how many.</summary>
    public bool SkipMissingLabels { get; init; }

    /// <summary>
    /// Keeps only the input of each block and computes the block again for its gradient: about a third more time, and the memory
    /// of one block instead of all.
    /// </summary>
    public bool RecomputeActivations { get; init; }

    /// <summary>Whether features of a frozen encoder may be kept; tests compare with computing them anew.</summary>
    internal bool CacheFeatures { get; init; } = true;
}
