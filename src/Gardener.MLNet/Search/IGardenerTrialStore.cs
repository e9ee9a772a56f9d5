namespace GardenerML.Search;

/// <summary>
/// Keeps the trials of one experiment, and sees to it that no two processes run one at the same time: a trial that is started
/// belongs to the store object that started it until it is finished, released, or not renewed for as long as its lease.
/// </summary>
/// <remarks>
/// All members are called from one thread at a time but <see cref="TryRenewAsync"/>, which may be called while another is. What a
/// store has acknowledged it has kept, whatever happens to the process afterwards.
/// </remarks>
public interface IGardenerTrialStore : IAsyncDisposable
{
    /// <summary>Says which experiment the store must be of; a new store becomes one of it. Called before all else.</summary>
    /// <param name="settings">What decides the outcome of a trial beside its own settings, by name.</param>
    /// <param name="description">What the experiment is about, for readers; it replaces the one before.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="InvalidOperationException">The store is of another experiment; the message says what differs.</exception>
    Task OpenAsync(
        IReadOnlyDictionary<string, string> settings, GardenerExperimentDescription description, CancellationToken cancellationToken = default);

    /// <summary>All trials, in the order of their numbers.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<IReadOnlyList<GardenerTrial>> GetTrialsAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Starts a trial that is new, interrupted or infeasible (the constraints may have changed since).
    /// </summary>
    /// <param name="settings">The trial; its <see cref="GardenerTrialSettings.Key"/> says which one it is.</param>
    /// <param name="lease">How long it belongs to this object without being renewed.</param>
    /// <param name="maximumTrials">
    /// How many trials may run, be completed or failed with this one, whichever processes started them: counted in the same transaction,
    /// so that processes that start trials at once do not exceed it. Null for any number.
    /// </param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>
    /// The settings as they are recorded, with the trial's number; null where it runs elsewhere, is completed or failed, or there are
    /// enough trials.
    /// </returns>
    Task<GardenerTrialSettings?> TryStartAsync(
        GardenerTrialSettings settings, TimeSpan lease, int? maximumTrials = null, CancellationToken cancellationToken = default);

    /// <summary>Says that a trial that was started here is still at work.</summary>
    /// <param name="trialId">Its number.</param>
    /// <param name="lease">How long it belongs to this object from now on.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>False where it belongs to another by now and must be given up.</returns>
    Task<bool> TryRenewAsync(int trialId, TimeSpan lease, CancellationToken cancellationToken = default);

    /// <summary>Records how a trial that was started here ended.</summary>
    /// <param name="result">How it ended.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>False where it belongs to another by now, and nothing was recorded.</returns>
    Task<bool> TryFinishAsync(GardenerTrialResult result, CancellationToken cancellationToken = default);

    /// <summary>Gives a trial that was started here back before its end.</summary>
    /// <param name="trialId">Its number.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task ReleaseAsync(int trialId, CancellationToken cancellationToken = default);
}
