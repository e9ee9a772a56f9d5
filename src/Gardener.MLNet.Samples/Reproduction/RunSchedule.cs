using GardenerML.Sensitivity;

namespace GardenerML.Samples.Reproduction;

/// <summary>Which runs are to be made and which are finished, to say how long the rest takes.</summary>
internal sealed class RunSchedule(int blockCount)
{
    private readonly Dictionary<(int Seed, string Removed), int> _work = [];
    private readonly HashSet<(int Seed, string Removed)> _done = [];
    private readonly Dictionary<int, int> _reserved = [];
    private double _seconds;
    private long _doneWork;

    /// <summary>Runs that are planned.</summary>
    public int Total => _work.Count + _reserved.Count;

    /// <summary>Plans a run; the same one again is none.</summary>
    public void Plan(int seed, IReadOnlyList<int> removed) => _work.TryAdd((seed, Key(removed)), Work(removed.Count));

    /// <summary>Plans a run of which only the number of blocks is known, until <see cref="Release"/>.</summary>
    public void Reserve(int removedCount) => _reserved.Add(_reserved.Count, Work(removedCount));

    /// <summary>Forgets what was reserved: the runs are known now.</summary>
    public void Release() => _reserved.Clear();

    /// <summary>Takes note of a finished run.</summary>
    /// <returns>Where the experiment stands; null where the run was noted before.</returns>
    public ReproductionProgress? Finish(int seed, SensitivityRun run, bool resumed)
    {
        Plan(seed, run.Removed);
        var key = (seed, Key(run.Removed));
        if (!_done.Add(key))
            return null;
        _seconds += run.Seconds;
        _doneWork += _work[key];
        var left = _work.Values.Concat(_reserved.Values).Sum(work => (long)work) - _doneWork;
        return new ReproductionProgress(_done.Count, Total, seed, run, resumed, TimeSpan.FromSeconds(left * _seconds / _doneWork));
    }

    // The blocks that are left take the time, and what is there whatever is removed, about as much as one more.
    private int Work(int removedCount) => blockCount - removedCount + 1;

    private static string Key(IEnumerable<int> removed) => string.Join('-', removed.Order());
}
