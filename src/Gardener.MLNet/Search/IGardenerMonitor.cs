using GardenerML.Training;

namespace GardenerML.Search;

/// <summary>
/// Told what an experiment does in this process; a trial's settings are the same in all that is told of it. It is told from the
/// search's own threads, one call at a time, after what it is told is recorded; what it throws ends the search. Progress is told from the
/// thread that trains the trial, and what it throws ends the search too; the trial goes on another time.
/// </summary>
public interface IGardenerMonitor
{
    /// <summary>A trial starts, or goes on.</summary>
    /// <param name="settings">The trial.</param>
    void ReportRunningTrial(GardenerTrialSettings settings);

    /// <summary>A trial is completed.</summary>
    /// <param name="result">How it ended.</param>
    void ReportCompletedTrial(GardenerTrialResult result);

    /// <summary>A trial failed; the search goes on.</summary>
    /// <param name="settings">The trial.</param>
    /// <param name="exception">Why.</param>
    void ReportFailTrial(GardenerTrialSettings settings, Exception exception);

    /// <summary>A trial is better than all before it.</summary>
    /// <param name="result">How it ended.</param>
    void ReportBestTrial(GardenerTrialResult result);

    /// <summary>A trial's model exceeds a maximum, so it is not trained.</summary>
    /// <param name="result">What it costs.</param>
    void ReportInfeasibleTrial(GardenerTrialResult result)
    {
    }

    /// <summary>A step of a trial's training is done. Called from the thread that trains.</summary>
    /// <param name="settings">The trial.</param>
    /// <param name="progress">Where its training stands.</param>
    void ReportTrialProgress(GardenerTrialSettings settings, TrainingProgress progress)
    {
    }
}
