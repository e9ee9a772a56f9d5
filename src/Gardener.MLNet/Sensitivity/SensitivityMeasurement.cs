using GardenerML.Pruning;

namespace GardenerML.Sensitivity;

/// <summary>Decides which sets of blocks are measured, and ranks the blocks by what was measured.</summary>
internal sealed class SensitivityMeasurement
{
    private readonly int _blockCount;
    private readonly Func<IReadOnlyList<int>, SensitivityRun> _measure;
    private readonly SensitivityState? _state;
    private readonly SensitivityOptions _options;
    private readonly Dictionary<string, SensitivityRun> _known = [];
    private readonly List<SensitivityRun> _runs = [];
    private int _total;

    /// <summary>Prepares a measurement.</summary>
    /// <param name="blockCount">Blocks of the checkpoint.</param>
    /// <param name="measure">Measures the model without some blocks, ascending.</param>
    /// <param name="state">Finished runs; null for none.</param>
    /// <param name="options">Progress and cancellation.</param>
    public SensitivityMeasurement(
        int blockCount, Func<IReadOnlyList<int>, SensitivityRun> measure, SensitivityState? state, SensitivityOptions options) =>
        (_blockCount, _measure, _state, _options) = (blockCount, measure, state, options);

    /// <summary>All that was measured, the whole model first.</summary>
    public IReadOnlyList<SensitivityRun> Runs => _runs;

    /// <summary>Removes each block in turn; the blocks are ranked by their own loss.</summary>
    public BlockImportance[] Single()
    {
        _total = _blockCount + 1 + FurtherCount;
        var losses = SingleLosses();
        return BlockImportances.Of(losses, Order(losses));
    }

    /// <summary>
    /// Removes each block in turn, then with the best of them each of the others, and so on. A removed block has the loss
    /// of the set that its removal made, any other that of the last sets with it.
    /// </summary>
    /// <param name="count">How many blocks are removed one after the other.</param>
    /// <param name="protectedBlocks">Blocks that are not.</param>
    public BlockImportance[] Greedy(int count, IReadOnlyCollection<int> protectedBlocks)
    {
        var free = _blockCount - protectedBlocks.Count;
        _total = _blockCount + 1 + Enumerable.Range(1, Math.Max(0, count - 1)).Sum(done => free - done) + FurtherCount;
        var losses = SingleLosses();
        var removed = new List<int>();
        while (removed.Count < count)
        {
            int[] candidates = [.. Enumerable.Range(0, _blockCount).Except(removed).Except(protectedBlocks)];
            if (removed.Count > 0)
            {
                foreach (var block in candidates)
                    losses[block] = Loss([.. removed, block]);
            }
            // Of equal ones the deeper block goes first, as everywhere.
            removed.Add(candidates.Reverse().MinBy(block => losses[block]));
        }
        return BlockImportances.Of(losses, [.. removed, .. Order(losses).Except(removed)]);
    }

    /// <summary>Measures further sets of blocks; those that were measured already are not measured again.</summary>
    public void Further(IEnumerable<IReadOnlyList<int>> sets)
    {
        foreach (var set in sets)
            Measure([.. set]);
    }

    // No block and single ones are measured in any case.
    private int FurtherCount =>
        _options.Sets.Where(set => set.Count > 1).Select(set => SensitivityState.Key([.. set.Order()])).Distinct().Count();

    private double[] SingleLosses()
    {
        Measure([]);
        return [.. Enumerable.Range(0, _blockCount).Select(block => Loss([block]))];
    }

    private static int[] Order(double[] losses) =>
        [.. Enumerable.Range(0, losses.Length).Reverse().OrderBy(block => losses[block])];

    private double Loss(int[] removed) => _runs[0].Accuracy - Measure(removed).Accuracy;

    private SensitivityRun Measure(int[] removed)
    {
        Array.Sort(removed);
        var key = SensitivityState.Key(removed);
        if (_known.TryGetValue(key, out var known))
            return known;
        _options.Cancellation.ThrowIfCancellationRequested();
        var found = _state?.Find(removed);
        var run = found ?? _measure(removed);
        if (found is null)
            _state?.Add(run);
        _known.Add(key, run);
        _runs.Add(run);
        _options.Progress?.Report(new SensitivityProgress(_runs.Count, _total, run, found is not null));
        return run;
    }
}
