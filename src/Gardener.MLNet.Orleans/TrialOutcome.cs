namespace GardenerML.Orleans;

/// <summary>How a run of a trial ended: with a result or with an error.</summary>
/// <param name="Result">The result, as JSON.</param>
/// <param name="Error">Why there is none.</param>
/// <param name="FolderInUse">Whether the error is that another run still has the trial's state, which is no failure of the trial.</param>
[GenerateSerializer, Immutable]
internal sealed record TrialOutcome([property: Id(0)] string? Result, [property: Id(1)] string? Error, [property: Id(2)] bool FolderInUse = false);
