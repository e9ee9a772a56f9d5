using GardenerML.Sensitivity;

namespace GardenerML.Samples.Reproduction;

/// <summary>Where the experiment stands; told after each run.</summary>
/// <param name="Done">Runs that are finished.</param>
/// <param name="Total">How many there will be at most: what the oracle chooses may turn out to be measured already.</param>
/// <param name="Seed">The seed of the run.</param>
/// <param name="Run">The run.</param>
/// <param name="Resumed">Whether it was finished before.</param>
/// <param name="Left">About how long the rest takes.</param>
internal sealed record ReproductionProgress(
    int Done, int Total, int Seed, SensitivityRun Run, bool Resumed, TimeSpan Left);
