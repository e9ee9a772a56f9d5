using GardenerML.Checkpoints;
using GardenerML.Pruning;
using GardenerML.Training;

namespace GardenerML.Search;

/// <summary>What an experiment prunes, how it fine-tunes, and where it keeps its results. Immutable.</summary>
public sealed record GardenerExperimentOptions
{
    /// <summary>
    /// The VideoMAE checkpoint to prune: a file, a folder, the id of a Hugging Face model, or a name of <see cref="ShippedCheckpoints"/>;
    /// <see cref="ShippedCheckpoints.VideoMaeTiny"/> by default.
    /// </summary>
    public string Checkpoint { get; init; } = ShippedCheckpoints.VideoMaeTiny;

    /// <summary>What the clips are called in reports; null for no name.</summary>
    public string? DataName { get; init; }

    /// <summary>
    /// The folder of the experiment: the store of trials, the models, and the state of trainings that are not finished. It belongs
    /// to one checkpoint, data set and recipe, and is refused with others; several processes of one machine may search in it at once.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>
    /// How to fine-tune, on which device, and the names of the columns. A search space may have other epochs, learning rates and
    /// layer decays. Every trial has the same seed: this one's, else that of the MLContext, else 0. Its checkpoint, validation
    /// clips and folders must be null: they are the experiment's.
    /// </summary>
    public VideoClassifierOptions Training { get; init; } = new();

    /// <summary>The weights that criteria look at.</summary>
    public WeightSet Weights { get; init; } = WeightSet.Matrices;

    /// <summary>Where trials are recorded; null for a SQLite database in the <see cref="Folder"/>. It is the caller's to dispose.</summary>
    public IGardenerTrialStore? Store { get; init; }

    /// <summary>
    /// How long a trial belongs to a process that no longer says that it lives; a second to a day. On the same file system a lock says
    /// more: the trial of a process that was killed is free at once, and that of one that only slept is its own.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is missing or out of its range.</exception>
    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(Folder))
            throw new ArgumentException("No folder is named for trials and models; set GardenerExperimentOptions.Folder.");
        if (Lease < TimeSpan.FromSeconds(1) || Lease > TimeSpan.FromDays(1))
            throw new ArgumentException($"{nameof(Lease)} is {Lease}; it must be from a second to a day.");
        ValidateRecipe();
    }

    /// <summary>Checks what a single trial needs.</summary>
    /// <exception cref="ArgumentException">A value is missing or out of its range.</exception>
    internal void ValidateRecipe()
    {
        if (string.IsNullOrWhiteSpace(Checkpoint))
            throw new ArgumentException("No checkpoint is named to prune; set GardenerExperimentOptions.Checkpoint.");
        ArgumentNullException.ThrowIfNull(Training);
        if (Training.Checkpoint is not null || Training.NewModel is not null)
            throw new ArgumentException(
                "The checkpoint is GardenerExperimentOptions.Checkpoint; leave Training.Checkpoint and Training.NewModel null.");
        if (Training.ValidationSet is not null || Training.ValidationFraction != 0)
            throw new ArgumentException(
                "The validation clips are those of SetDataset; leave Training.ValidationSet null and Training.ValidationFraction 0.");
        if (Training.ResumeFolder is not null || Training.LogFolder is not null)
            throw new ArgumentException(
                "Each trial has folders of its own in GardenerExperimentOptions.Folder; leave Training.ResumeFolder and Training.LogFolder null.");
        BlockTensors.Check(Weights, null);
        // Early stopping and the like need validation clips, which there will be.
        (Training with { ValidationFraction = 0.5 }).Validate();
    }
}
