namespace GardenerML.Orleans;

/// <summary>
/// Hands trials to workers. It is in memory: where it is lost, experiments and workers say again what they wait for and what they do,
/// and it is as before. Until all of them have had the time to do so, nothing is handed out: what waits may run already.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class TrialQueue(TimeProvider time)
{
    /// <summary>The longest time between two beats of a worker.</summary>
    public static readonly TimeSpan LongestBeat = TimeSpan.FromSeconds(2);

    /// <summary>How long a new queue only listens.</summary>
    public static readonly TimeSpan Grace = 3 * LongestBeat;

    private readonly long _began = time.GetTimestamp();

    // In the order of waiting. Some tens at most: as many as experiments have in flight.
    private readonly List<Entry> _entries = [];

    /// <summary>An experiment waits for a trial: says so at first, and then again and again until there is an outcome.</summary>
    /// <param name="key">Which trial it is.</param>
    /// <param name="request">The request. Where it is another than before, the trial starts anew.</param>
    public TrialStatus Follow(string key, string request)
    {
        Sweep();
        var entry = Find(key) ?? Add(key, request);
        entry.Followed = true;
        entry.FollowedAt = time.GetTimestamp();
        if (entry.Request != request)
        {
            entry.Request = request;
            entry.Outcome = null;
            entry.Stop();
        }
        return new TrialStatus(entry.Worker, entry.Progress, entry.Outcome);
    }

    /// <summary>No experiment waits for a trial any longer: it has seen the outcome, or does not want one.</summary>
    /// <param name="key">Which trial it is.</param>
    /// <returns>Whether it is known that no worker is at it, or one that does not live.</returns>
    public bool Leave(string key)
    {
        Sweep();
        if (Find(key) is { } entry)
        {
            entry.Followed = false;
            entry.Outcome = null;
            entry.Stop();
            Sweep();
        }
        return Find(key) is null && !IsNew;
    }

    /// <summary>A worker that has no trial asks for one; a worker that did not hear the answer gets the same again.</summary>
    /// <param name="worker">Its name, which no other has.</param>
    /// <param name="lease">How long the worker, or the trial's experiment, is taken to live when it is not heard of.</param>
    /// <returns>The trial that has waited longest; null where none waits, or the queue is new.</returns>
    public TrialWork? Take(string worker, TimeSpan lease)
    {
        Sweep();
        if (IsNew)
            return null;
        var entry = _entries.Find(one => one.Run?.Worker == worker && !one.Run.Stopping) ?? _entries.Find(one => one.Waits);
        if (entry is null)
            return null;
        entry.Run ??= new Run(worker, Guid.NewGuid(), lease);
        entry.Run.HeardAt = time.GetTimestamp();
        entry.Worker = worker;
        return new TrialWork(entry.Key, entry.Request, entry.Run.Attempt, entry.Run.Lease);
    }

    /// <summary>A worker is at a trial.</summary>
    /// <param name="worker">Its name.</param>
    /// <param name="work">What it took.</param>
    /// <param name="progress">How far it is; null for not known.</param>
    /// <returns>False where it must stop: nobody waits for the trial, or another worker has it.</returns>
    public bool Beat(string worker, TrialWork work, string? progress)
    {
        Sweep();
        if (Own(worker, work) is not { Run: { } run } entry)
            return false;
        run.HeardAt = time.GetTimestamp();
        entry.Progress = progress;
        return !run.Stopping;
    }

    /// <summary>A worker has ended a trial. What comes a second time, or from a worker whose trial another one has, does not count.</summary>
    /// <param name="worker">Its name.</param>
    /// <param name="work">What it took.</param>
    /// <param name="outcome">How it ended; null where it is given back to go on elsewhere.</param>
    public void Finish(string worker, TrialWork work, TrialOutcome? outcome)
    {
        Sweep();
        if (Own(worker, work) is not { } entry)
            return;
        entry.Run = null;
        if (entry.Request == work.Request)
            entry.Outcome = outcome;
        Sweep();
    }

    /// <summary>The trial that a worker is at; null where it is not, or no longer, its own.</summary>
    private Entry? Own(string worker, TrialWork work)
    {
        // What is not known here was known to a queue that was lost.
        var entry = Find(work.Key) ?? Add(work.Key, work.Request);
        // A run that was given up is taken back where no other one has begun.
        if (entry is { Run: null, Outcome: null } && entry.Request == work.Request)
        {
            entry.Run = new Run(worker, work.Attempt, work.Lease) { HeardAt = time.GetTimestamp() };
            entry.Worker = worker;
        }
        return entry.Run?.Attempt == work.Attempt ? entry : null;
    }

    private bool IsNew => time.GetElapsedTime(_began) < Grace;

    private Entry? Find(string key) => _entries.Find(entry => entry.Key == key);

    private Entry Add(string key, string request)
    {
        var entry = new Entry(key, request) { FollowedAt = time.GetTimestamp() };
        _entries.Add(entry);
        return entry;
    }

    /// <summary>Gives up who was not heard of for a lease.</summary>
    private void Sweep()
    {
        foreach (var entry in _entries)
        {
            var lease = entry.Run?.Lease ?? GardenerTrialOptions.DefaultLease;
            if (entry.Run is { } run && time.GetElapsedTime(run.HeardAt) > lease)
                entry.Run = null;
            if (time.GetElapsedTime(entry.FollowedAt) <= lease)
                continue;
            entry.Followed = false;
            entry.Outcome = null;
            entry.Stop();
        }
        _entries.RemoveAll(entry => entry is { Run: null, Outcome: null, Followed: false });
    }

    private sealed class Entry(string key, string request)
    {
        public string Key { get; } = key;

        public string Request { get; set; } = request;

        /// <summary>Whether an experiment waits for it; until one has said so it is not handed out.</summary>
        public bool Followed { get; set; }

        public long FollowedAt { get; set; }

        public Run? Run { get; set; }

        public string? Worker { get; set; }

        public string? Progress { get; set; }

        public TrialOutcome? Outcome { get; set; }

        public bool Waits => this is { Followed: true, Run: null, Outcome: null };

        public void Stop() => Run?.Stopping = true;
    }

    private sealed class Run(string worker, Guid attempt, TimeSpan lease)
    {
        public string Worker { get; } = worker;

        public Guid Attempt { get; } = attempt;

        public TimeSpan Lease { get; } = lease;

        public long HeardAt { get; set; }

        /// <summary>Whether the worker is to be told to stop.</summary>
        public bool Stopping { get; set; }
    }
}
