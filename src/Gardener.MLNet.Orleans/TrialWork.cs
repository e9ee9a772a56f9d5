namespace GardenerML.Orleans;

/// <summary>A trial that a worker has taken.</summary>
/// <param name="Key">Which trial it is.</param>
/// <param name="Request">The request, as JSON.</param>
/// <param name="Attempt">Tells this run of the trial from others.</param>
/// <param name="Lease">How long the worker, or the trial's experiment, is taken to live when it is not heard of.</param>
[GenerateSerializer, Immutable]
internal sealed record TrialWork(
    [property: Id(0)] string Key, [property: Id(1)] string Request, [property: Id(2)] Guid Attempt, [property: Id(3)] TimeSpan Lease);
