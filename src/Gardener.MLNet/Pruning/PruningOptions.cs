namespace GardenerML.Pruning;

/// <summary>How many blocks of which checkpoint are removed, and by which criterion. Immutable.</summary>
public sealed record PruningOptions
{
    /// <summary>The checkpoint to prune: a file or folder.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>
    /// The share of blocks to remove, in [0, 1): of B blocks round(ratio * B), halves upwards, but never all. Ignored where
    /// <see cref="Count"/> is set.
    /// </summary>
    public double Ratio { get; init; } = 0.25;

    /// <summary>The number of blocks to remove, at least 0 and below the number of blocks; null to go by <see cref="Ratio"/>.</summary>
    public int? Count { get; init; }

    /// <summary>What decides which blocks go first.</summary>
    public PruningCriterion Criterion { get; init; } = PruningCriterion.Entropy;

    /// <summary>Name of the clip column that carries the plan to the trainer.</summary>
    public string VideoColumnName { get; init; } = "Video";

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal void Validate()
    {
        if (!(Ratio >= 0 && Ratio < 1))
            throw new ArgumentOutOfRangeException(nameof(Ratio), Ratio, $"Ratio is {Ratio}; it must be in [0, 1).");
        if (Count < 0)
            throw new ArgumentOutOfRangeException(nameof(Count), Count, $"Count is {Count}; it must be at least 0.");
        ArgumentNullException.ThrowIfNull(Criterion);
        ArgumentException.ThrowIfNullOrWhiteSpace(VideoColumnName);
    }

    /// <summary>The number of blocks to remove of <paramref name="blockCount"/>.</summary>
    /// <exception cref="ArgumentException"><see cref="Count"/> would leave no block.</exception>
    internal int CountOf(int blockCount)
    {
        if (Count is not { } count)
            return Math.Min(blockCount - 1, (int)Math.Round(Ratio * blockCount, MidpointRounding.AwayFromZero));
        return count < blockCount
            ? count
            : throw new ArgumentException(
                $"Count is {count}, but the checkpoint has {blockCount} blocks and at least one must stay.");
    }
}
