namespace GardenerML.Search;

/// <summary>A trial as a store knows it.</summary>
/// <param name="Settings">What it is.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Result">How it ended; null where it has not ended.</param>
public sealed record GardenerTrial(GardenerTrialSettings Settings, GardenerTrialState State, GardenerTrialResult? Result);
