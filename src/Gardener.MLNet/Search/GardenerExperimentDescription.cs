namespace GardenerML.Search;

/// <summary>
/// What an experiment is about, for those who read its results; no outcome hangs on it, and it may be another when the experiment goes
/// on. Immutable, and the same after a way through JSON.
/// </summary>
public sealed record GardenerExperimentDescription
{
    /// <summary>The checkpoint, as it was named.</summary>
    public string Checkpoint { get; init; } = "";

    /// <summary>What the clips are called; null where they have no name.</summary>
    public string? DataName { get; init; }

    /// <summary>What a model must keep.</summary>
    public GardenerConstraints Constraints { get; init; } = new();

    /// <summary>What models are compared by.</summary>
    public GardenerMetric Metric { get; init; }

    /// <summary>Checks every value: what is read from a store need not be valid.</summary>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal void Validate()
    {
        Constraints.Validate();
        if (!Enum.IsDefined(Metric))
            throw new ArgumentException($"{nameof(Metric)} is {Metric}; it must be one of {string.Join(", ", Enum.GetNames<GardenerMetric>())}.");
    }
}
