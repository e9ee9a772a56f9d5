using System.Globalization;
using GardenerML.Training;

namespace GardenerML.Search;

/// <summary>
/// What a model must keep to be of use. Immutable. Maxima are checked before training, which a trial that exceeds one is spared;
/// minima after it.
/// </summary>
public sealed record GardenerConstraints
{
    /// <summary>The least accuracy (WAR) on the validation clips, from 0 to 1; null for any.</summary>
    public double? MinimumAccuracy { get; init; }

    /// <summary>The least mean recall of the classes (UAR) on the validation clips, from 0 to 1; null for any.</summary>
    public double? MinimumMeanClassRecall { get; init; }

    /// <summary>The longest time in milliseconds to score a clip on the training device, decoding left out; above 0. Null for any.</summary>
    public double? MaximumLatencyInMilliseconds { get; init; }

    /// <summary>The most parameters, head included; at least 1. Null for any.</summary>
    public long? MaximumParameters { get; init; }

    /// <summary>The most multiply-adds of a clip, in units of 10^9; above 0. Null for any.</summary>
    public double? MaximumGigaFlops { get; init; }

    /// <summary>
    /// The largest model zip in bytes, at least 1; null for any. Before training the size is counted from above: all weights
    /// uncompressed, and an allowance for the rest.
    /// </summary>
    public long? MaximumModelBytes { get; init; }

    /// <summary>Whether a quality is wanted, so that the smallest model that has it is the best.</summary>
    internal bool HasMinimum => MinimumAccuracy is not null || MinimumMeanClassRecall is not null;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal void Validate()
    {
        Require.Between(MinimumAccuracy ?? 0, 0, 1, nameof(MinimumAccuracy));
        Require.Between(MinimumMeanClassRecall ?? 0, 0, 1, nameof(MinimumMeanClassRecall));
        Require.Above(MaximumLatencyInMilliseconds ?? 1, nameof(MaximumLatencyInMilliseconds));
        Require.AtLeast(MaximumParameters ?? 1, 1, nameof(MaximumParameters));
        Require.Above(MaximumGigaFlops ?? 1, nameof(MaximumGigaFlops));
        Require.AtLeast(MaximumModelBytes ?? 1, 1, nameof(MaximumModelBytes));
    }

    /// <summary>Which maximum a model exceeds, in words; null where it exceeds none.</summary>
    /// <param name="cost">What the model costs.</param>
    public string? Exceeded(GardenerTrialCost cost)
    {
        ArgumentNullException.ThrowIfNull(cost);
        if (cost.Parameters > MaximumParameters)
            return Invariant($"{cost.Parameters:N0} parameters, of at most {MaximumParameters:N0}");
        if (cost.GigaFlops > MaximumGigaFlops)
            return Invariant($"{cost.GigaFlops:g4} GFLOPs a clip, of at most {MaximumGigaFlops}");
        if (cost.ModelBytes > MaximumModelBytes)
            return Invariant($"{cost.ModelBytes:N0} bytes, of at most {MaximumModelBytes:N0}");
        return cost.LatencyInMilliseconds > MaximumLatencyInMilliseconds
            ? Invariant($"{cost.LatencyInMilliseconds:g4} ms a clip, of at most {MaximumLatencyInMilliseconds}")
            : null;
    }

    /// <summary>The constraints in words, such as "accuracy at least 0.85, at most 100 ms a clip".</summary>
    public override string ToString()
    {
        string?[] all =
        [
            MinimumAccuracy is { } accuracy ? Invariant($"accuracy at least {accuracy}") : null,
            MinimumMeanClassRecall is { } recall ? Invariant($"mean class recall at least {recall}") : null,
            MaximumLatencyInMilliseconds is { } latency ? Invariant($"at most {latency} ms a clip") : null,
            MaximumParameters is { } parameters ? Invariant($"at most {parameters:N0} parameters") : null,
            MaximumGigaFlops is { } gflops ? Invariant($"at most {gflops} GFLOPs a clip") : null,
            MaximumModelBytes is { } bytes ? Invariant($"at most {bytes:N0} bytes") : null,
        ];
        return string.Join(", ", all.OfType<string>()) is { Length: > 0 } words ? words : "none";
    }

    /// <summary>Whether a trained model has the quality that is wanted.</summary>
    internal bool HasQuality(GardenerTrialResult result) =>
        result.State == GardenerTrialState.Completed
        && (MinimumAccuracy is null || result.Accuracy >= MinimumAccuracy)
        && (MinimumMeanClassRecall is null || result.MeanClassRecall >= MinimumMeanClassRecall);

    /// <summary>Whether a model keeps all constraints.</summary>
    internal bool AreMet(GardenerTrialResult result) => HasQuality(result) && Exceeded(result.Cost!) is null;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
