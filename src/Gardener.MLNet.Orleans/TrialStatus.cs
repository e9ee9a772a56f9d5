namespace GardenerML.Orleans;

/// <summary>Where a trial stands.</summary>
/// <param name="Worker">Who runs or ran it; null while it waits.</param>
/// <param name="Progress">The latest progress of its training, as JSON; null for none.</param>
/// <param name="Outcome">How it ended; null where it has not.</param>
[GenerateSerializer, Immutable]
internal sealed record TrialStatus([property: Id(0)] string? Worker, [property: Id(1)] string? Progress, [property: Id(2)] TrialOutcome? Outcome);
