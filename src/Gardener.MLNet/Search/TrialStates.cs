namespace GardenerML.Search;

/// <summary>What a trial's state means to others.</summary>
internal static class TrialStates
{
    /// <summary>Whether a trial is one of those that an experiment may have at most: what is not trained, or not at present, is none.</summary>
    public static bool Counts(this GardenerTrialState state) => state is not (GardenerTrialState.Interrupted or GardenerTrialState.Infeasible);
}
