using GardenerML.Training;

namespace GardenerML.Search;

/// <summary>Runs one trial, here or on another machine.</summary>
public interface IGardenerTrialRunner
{
    /// <summary>Prunes, checks what the model costs, trains, measures, and writes the model.</summary>
    /// <param name="request">The trial; the same request again goes on from where it was stopped or killed.</param>
    /// <param name="progress">Told after each step of training; null for none.</param>
    /// <param name="cancellationToken">Stops the trial within a step.</param>
    /// <returns>How it ended: completed or infeasible. A failure is an exception.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ResumeFolderInUseException">Another run has the trial's state; the trial is tried again after a lease.</exception>
    Task<GardenerTrialResult> RunAsync(
        GardenerTrialRequest request, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken);
}
