using GardenerML.Pruning;
using GardenerML.Training;
using Microsoft.ML;

namespace GardenerML.Sensitivity;

/// <summary>How the loss of accuracy is measured that the removal of a block causes. Immutable.</summary>
public sealed record SensitivityOptions
{
    /// <summary>
    /// The VideoMAE checkpoint to prune: a file, a folder, a model zip or the id of a Hugging Face model; null for
    /// <see cref="Checkpoints.ShippedCheckpoints.VideoMaeTiny"/>.
    /// </summary>
    public string? Checkpoint { get; init; }

    /// <summary>
    /// The clips on which each pruned model is fine-tuned before it is measured, as in arXiv 2602.03918; the same columns
    /// as the clips that are measured on. Null to measure without fine-tuning (zero-shot), which takes minutes instead of
    /// hours, and needs a checkpoint whose head was trained for these classes.
    /// </summary>
    public IDataView? TrainingSet { get; init; }

    /// <summary>
    /// How to fine-tune, on which device, and the names of the columns. Every run has the same seed: this one's, else that
    /// of the MLContext, else 0. Its checkpoint must be null.
    /// </summary>
    public VideoClassifierOptions Training { get; init; } = new();

    /// <summary>
    /// Whether blocks are removed one after the other, each time the one whose removal then costs the least, instead of all
    /// by their own loss. For B blocks and k removed it takes up to k B runs instead of B.
    /// </summary>
    public bool Greedy { get; init; }

    /// <summary>How much the plan removes; <see cref="PruningTarget.Blocks"/> is not for <see cref="Greedy"/>.</summary>
    public PruningTarget Target { get; init; } = PruningTarget.Ratio(0.25);

    /// <summary>
    /// Further sets of blocks whose removal is measured in the same way, such as those that criteria choose, numbered from 0; no
    /// set is measured twice. They do not change the plan.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<int>> Sets { get; init; } = [];

    /// <summary>Numbers of blocks, from 0, that the plan keeps. Their own removal is measured all the same.</summary>
    public IReadOnlyList<int> Protected { get; init; } = [];

    /// <summary>How many blocks the plan keeps at least; 1 or more.</summary>
    public int MinimumKept { get; init; } = 1;

    /// <summary>
    /// A folder that keeps each finished run and the state of the one in progress, so that an interrupted measurement goes on
    /// where it stopped; null for none. It belongs to one checkpoint, data set and recipe, and is refused with others; other
    /// <see cref="Sets"/> may be measured in it later.
    /// </summary>
    public string? StateFolder { get; init; }

    /// <summary>Told after each run; <see cref="Training"/> has a progress of its own for steps.</summary>
    public IProgress<SensitivityProgress>? Progress { get; init; }

    /// <summary>Stops the measurement within a step; finished runs are in the <see cref="StateFolder"/>.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Training);
        ArgumentNullException.ThrowIfNull(Target);
        ArgumentNullException.ThrowIfNull(Protected);
        ArgumentNullException.ThrowIfNull(Sets);
        if (Checkpoint is not null && string.IsNullOrWhiteSpace(Checkpoint))
            throw new ArgumentException("SensitivityOptions.Checkpoint is empty; it must name a checkpoint, or be null.");
        if (Training.Checkpoint is not null || Training.NewModel is not null)
            throw new ArgumentException(
                "The checkpoint is SensitivityOptions.Checkpoint; leave Training.Checkpoint and Training.NewModel null.");
        if (Training.ResumeFolder is not null)
            throw new ArgumentException(
                "Each run has a resume folder of its own in SensitivityOptions.StateFolder; leave Training.ResumeFolder null.");
        if (MinimumKept < 1)
            throw new ArgumentOutOfRangeException(
                nameof(MinimumKept), MinimumKept, $"MinimumKept is {MinimumKept}; it must be at least 1.");
        Training.Validate();
    }
}
