namespace GardenerML.Orleans;

/// <summary>How a run of a trial ended: with a result or with an error.</summary>
/// <param name="Result">The result, as JSON.</param>
/// <param name="Error">Why there is none.</param>
[GenerateSerializer, Immutable]
internal sealed record TrialOutcome([property: Id(0)] string? Result, [property: Id(1)] string? Error);
