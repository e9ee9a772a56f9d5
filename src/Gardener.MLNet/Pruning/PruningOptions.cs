namespace GardenerML.Pruning;

/// <summary>How many blocks of which checkpoint are removed, and by which criterion. Immutable.</summary>
public sealed record PruningOptions
{
    /// <summary>
    /// The checkpoint to prune: a file, a folder, or the id of a Hugging Face model. Null for the one that <see cref="Plan"/> was
    /// made from in this process, else for <see cref="Checkpoints.ShippedCheckpoints.VideoMaeTiny"/>.
    /// </summary>
    public string? Checkpoint { get; init; }

    /// <summary>
    /// How the tensors of a block are named, where the checkpoint is not VideoMAE but a safetensors file of another
    /// transformer: a prefix with <c>{i}</c> for the block's number, such as <c>encoder.layer.{i}.</c> or
    /// <c>blocks.{i}.</c>. It may leave out what stands before it in all names. Null for VideoMAE checkpoints.
    /// </summary>
    public string? BlockPattern { get; init; }

    /// <summary>
    /// The share of blocks to remove, in [0, 1); see <see cref="PruningTarget.Ratio"/>. Ignored where <see cref="Target"/>
    /// is set.
    /// </summary>
    public double Ratio { get; init; } = 0.25;

    /// <summary>How much is removed; null to go by <see cref="Ratio"/>.</summary>
    public PruningTarget? Target { get; init; }

    /// <summary>Numbers of blocks, from 0, that stay whatever the criterion says.</summary>
    public IReadOnlyList<int> Protected { get; init; } = [];

    /// <summary>How many blocks stay at least; 1 or more.</summary>
    public int MinimumKept { get; init; } = 1;

    /// <summary>What decides which blocks go first.</summary>
    public PruningCriterion Criterion { get; init; } = PruningCriterion.Entropy;

    /// <summary>
    /// The weights that the criterion looks at. With a <see cref="BlockPattern"/> only <see cref="WeightSet.Matrices"/>, all
    /// matrices of the block, and <see cref="WeightSet.All"/>, all of its floating-point tensors, can be told apart.
    /// </summary>
    public WeightSet Weights { get; init; } = WeightSet.Matrices;

    /// <summary>
    /// A plan that was made before, by <see cref="Gardener.MeasureSensitivity"/> or in another process; it is applied to
    /// <see cref="Checkpoint"/> if that holds the very weights it was made for. What is to be removed, and by which criterion, is
    /// then the plan's.
    /// </summary>
    public PruningPlan? Plan { get; init; }

    /// <summary>Name of the clip column that carries the plan to the trainer.</summary>
    public string VideoColumnName { get; init; } = "Video";

    /// <summary>What is aimed at.</summary>
    internal PruningTarget Aim => Target ?? PruningTarget.Ratio(Ratio);

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal void Validate()
    {
        _ = PruningTarget.Ratio(Ratio);
        if (MinimumKept < 1)
            throw new ArgumentOutOfRangeException(
                nameof(MinimumKept), MinimumKept, $"MinimumKept is {MinimumKept}; it must be at least 1.");
        ArgumentNullException.ThrowIfNull(Protected);
        ArgumentNullException.ThrowIfNull(Criterion);
        ArgumentException.ThrowIfNullOrWhiteSpace(VideoColumnName);
        if (BlockPattern is not null)
            _ = new BlockPattern(BlockPattern);
        BlockTensors.Check(Weights, BlockPattern);
    }
}
