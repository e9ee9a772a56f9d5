using GardenerML.Search;

namespace GardenerML.Orleans;

/// <summary>What a silo needs to run the trials of an experiment. Immutable.</summary>
public sealed record GardenerTrialOptions
{
    internal static readonly TimeSpan DefaultLease = TimeSpan.FromMinutes(1);

    /// <summary>The experiment's name in the cluster, the one of <see cref="OrleansTrialRunner"/>.</summary>
    public string Experiment { get; init; } = "";

    /// <summary>
    /// Makes what runs trials here: a <see cref="GardenerTrialRunner"/> with the checkpoint, the recipe and the clips of the experiment. It
    /// is called when the silo is active, off its threads; where it throws, the silo takes no trials, and tries again after a while. The
    /// runner is disposed with the silo where it can be.
    /// </summary>
    public Func<IServiceProvider, IGardenerTrialRunner>? CreateRunner { get; init; }

    /// <summary>Where this machine sees the experiment's folder; null where it has the same path as on the experiment's machine.</summary>
    public string? Folder { get; init; }

    /// <summary>
    /// How long this silo, or the experiment of its trial, is taken to live when it is not heard of; a second to a day. The trial is run
    /// again by another silo after that, and one that no experiment waits for is stopped.
    /// </summary>
    public TimeSpan Lease { get; init; } = DefaultLease;

    /// <summary>How long a silo without a trial waits before it asks again; at least 10 milliseconds.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is missing or out of its range.</exception>
    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(Experiment))
            throw new ArgumentException("The experiment has no name in the cluster; set GardenerTrialOptions.Experiment.");
        if (CreateRunner is null)
            throw new ArgumentException("Nothing runs trials; set GardenerTrialOptions.CreateRunner.");
        if (Lease < TimeSpan.FromSeconds(1) || Lease > TimeSpan.FromDays(1))
            throw new ArgumentException($"{nameof(Lease)} is {Lease}; it must be from a second to a day.");
        if (Pause < TimeSpan.FromMilliseconds(10))
            throw new ArgumentException($"{nameof(Pause)} is {Pause}; it must be at least 10 milliseconds.");
    }
}
