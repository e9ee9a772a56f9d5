using System.Text.Json.Serialization;

namespace GardenerML.Pruning;

/// <summary>What a criterion saw of a block.</summary>
public sealed record BlockImportance
{
    /// <summary>The block's number, from 0.</summary>
    [JsonPropertyName("index")]
    public required int Index { get; init; }

    /// <summary>How many weights were looked at; 0 where the criterion does not look at weights.</summary>
    [JsonPropertyName("weights")]
    public required long Weights { get; init; }

    /// <summary>
    /// The criterion's value, in the criterion's unit (nats for entropies, a share for the loss of accuracy).
    /// </summary>
    [JsonPropertyName("value")]
    [JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
    public required double Value { get; init; }

    /// <summary>
    /// Standard error of <see cref="Value"/> in its unit, as if weights were independent draws; null for criteria other than
    /// entropies.
    /// </summary>
    [JsonPropertyName("standardError")]
    public double? StandardError { get; init; }

    /// <summary>The value scaled so that the lowest block has 0 and the highest 1; 0 for all where all are equal.</summary>
    [JsonPropertyName("normalizedValue")]
    [JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
    public required double NormalizedValue { get; init; }

    /// <summary>
    /// An entropy as a share of the largest that so many weights can have, H / ln N; null for other criteria.
    /// </summary>
    [JsonPropertyName("efficiency")]
    public double? Efficiency { get; init; }

    /// <summary>The block's place in the order of removal, from 0.</summary>
    [JsonPropertyName("removalRank")]
    public required int RemovalRank { get; init; }

    /// <summary>
    /// Whether the value cannot be told from that of a neighbour in the order of removal: the two differ by no more than
    /// their joint standard error, or not at all where there is none.
    /// </summary>
    [JsonPropertyName("tied")]
    public bool Tied { get; init; }
}
