namespace GardenerML.Sensitivity;

/// <summary>Where a measurement stands; reported after every run.</summary>
/// <param name="Done">Runs that are finished, those found in the state folder included.</param>
/// <param name="Total">How many there will be at most.</param>
/// <param name="Run">The run that was finished.</param>
/// <param name="Resumed">Whether it was found in the state folder.</param>
public sealed record SensitivityProgress(int Done, int Total, SensitivityRun Run, bool Resumed);
