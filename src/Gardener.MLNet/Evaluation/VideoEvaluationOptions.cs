using GardenerML.Video;

namespace GardenerML.Evaluation;

/// <summary>How a video classifier is evaluated. Immutable.</summary>
public sealed record VideoEvaluationOptions
{
    /// <summary>
    /// The views of each video whose class probabilities are averaged; the clip as it is by default. The papers that
    /// train by VideoMAE's recipe state <c>new(5, 3)</c>.
    /// </summary>
    public VideoViews Views { get; init; } = VideoViews.One;

    /// <summary>Name of the label column; after the model's own steps its type must be a key.</summary>
    public string LabelColumnName { get; init; } = "Label";

    /// <summary>
    /// What happens to rows whose video cannot be read: Skip leaves them out and counts them. Null for what the clips
    /// say: the option of the <c>LoadVideo</c> that made them.
    /// </summary>
    public VideoErrorHandling? OnError { get; init; }

    /// <summary>
    /// What to do with rows whose label is missing: false refuses them, true leaves them out and counts them.
    /// </summary>
    public bool SkipMissingLabels { get; init; }

    /// <summary>
    /// Where to compute; null for where the model is. Elsewhere means a copy of the model for the evaluation.
    /// </summary>
    public ComputeDevice? Device { get; init; }

    /// <summary>Views that are scored at a time, at least 1; null for the model's ScoringBatchSize.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Videos decoded at a time, at least 1; null for one a processor.</summary>
    public int? DecodingThreads { get; init; }

    /// <summary>Told after each video how many are done.</summary>
    public IProgress<long>? Progress { get; init; }

    /// <summary>Stops the evaluation within one batch.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Views);
        if (string.IsNullOrWhiteSpace(LabelColumnName))
            throw new ArgumentException($"{nameof(LabelColumnName)} is empty; it must name a column.");
        if (OnError is { } handling && !Enum.IsDefined(handling))
            throw new ArgumentException($"{nameof(OnError)} is {handling}; it must be Throw, Skip or null.");
        if (BatchSize < 1)
            throw new ArgumentException($"{nameof(BatchSize)} is {BatchSize}; it must be at least 1.");
        if (DecodingThreads < 1)
            throw new ArgumentException($"{nameof(DecodingThreads)} is {DecodingThreads}; it must be at least 1.");
    }
}
