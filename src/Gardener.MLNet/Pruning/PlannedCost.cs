using System.Text.Json.Serialization;

namespace GardenerML.Pruning;

/// <summary>What a model costs, by its geometry.</summary>
/// <param name="Parameters">Number of parameters, the checkpoint's head included.</param>
/// <param name="GigaFlops">
/// Multiply-adds of a clip in units of 10^9; null where the model's computation is not known.
/// </param>
public sealed record PlannedCost(
    [property: JsonPropertyName("parameters")] long Parameters,
    [property: JsonPropertyName("gflops")] double? GigaFlops);
