using GardenerML.Checkpoints;
using GardenerML.Samples.CommandLine;
using GardenerML.Sensitivity;
using GardenerML.Training;
using Microsoft.ML;

namespace GardenerML.Samples.Reproduction;

/// <summary>
/// The experiment of arXiv 2602.03918: each block is removed in turn, then as many as each criterion and this oracle choose; every
/// model is fine-tuned and measured. Equal sets of blocks are run once a seed, and finished runs are kept.
/// </summary>
internal sealed class ReproductionRun
{
    private readonly MLContext _context;
    private readonly ReproductionOptions _options;
    private readonly IDataView _training;
    private readonly IDataView _test;
    private readonly int[] _removals;
    private readonly RunSchedule _schedule;

    /// <summary>Prepares the experiment.</summary>
    /// <param name="context">Takes the log.</param>
    /// <param name="options">What is done.</param>
    /// <param name="training">Clips to fine-tune on: a label column (a key) and a clip column.</param>
    /// <param name="test">Clips to measure on, by the same fitted steps.</param>
    public ReproductionRun(MLContext context, ReproductionOptions options, IDataView training, IDataView test)
    {
        (_context, _options, _training, _test) = (context, options, training, test);
        using var checkpoint = VideoMaeCheckpoint.Open(options.Checkpoint);
        if (checkpoint.BlockCount < 2)
            throw new InvalidOperationException($"{checkpoint.Source} has one block only; none can be removed.");
        BlockCount = checkpoint.BlockCount;
        _removals = [.. options.Removals.Select(count => Math.Min(count, BlockCount - 1)).Distinct().Order()];
        _schedule = new RunSchedule(BlockCount);
    }

    /// <summary>Blocks of the checkpoint.</summary>
    public int BlockCount { get; }

    /// <summary>Runs the experiment, or the rest of it.</summary>
    /// <exception cref="InvalidOperationException">The state folder is of other settings.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; finished runs are kept.</exception>
    public ReproductionMeasurements Run()
    {
        var orders = _options.Criteria.Where(name => name != ReproductionOptions.Random)
            .Select(name => RemovalOrder.Of(_options.Checkpoint, name)).ToArray();
        var random = _options.Criteria.Contains(ReproductionOptions.Random)
            ? _options.Seeds.ToDictionary(
                seed => seed,
                seed => RemovalOrder.Of(_options.Checkpoint, $"{ReproductionOptions.Random}:{seed}") with { Criterion = ReproductionOptions.Random })
            : [];
        foreach (var seed in _options.Seeds)
            Plan(seed, [.. orders, .. RandomOf(seed)]);

        using var cache = new FrameCache(_options.Training.FrameCacheBytes);
        var single = _options.Seeds.Select(seed => Measure(seed, [], cache)).ToArray();
        var losses = Enumerable.Range(0, BlockCount).Select(block => single.Average(result => result.Blocks[block].AccuracyLoss)).ToArray();
        var oracle = RemovalOrder.OfOracle(losses);
        orders = [oracle, .. orders];

        _schedule.Release();
        foreach (var set in Sets([oracle]))
            _options.Seeds.ToList().ForEach(seed => _schedule.Plan(seed, set));
        var results = _options.Seeds.Select(seed => Measure(seed, Sets([.. orders, .. RandomOf(seed)]), cache)).ToArray();
        return new ReproductionMeasurements(_options.Seeds, _removals, orders, random, results);

        IEnumerable<RemovalOrder> RandomOf(int seed) => random.TryGetValue(seed, out var order) ? [order] : [];
    }

    private int[][] Sets(IReadOnlyList<RemovalOrder> orders) =>
        [.. _removals.SelectMany(count => orders.Select(order => order.First(count)))];

    private void Plan(int seed, IReadOnlyList<RemovalOrder> orders)
    {
        foreach (var set in (int[][])[[], .. Enumerable.Range(0, BlockCount).Select(block => new[] { block }), .. Sets(orders)])
            _schedule.Plan(seed, set);
        foreach (var count in _removals.Where(count => count > 1))
            _schedule.Reserve(count);
    }

    private SensitivityResult Measure(int seed, int[][] sets, FrameCache cache) =>
        _context.MulticlassClassification.MeasureSensitivity(_test, new SensitivityOptions
        {
            Checkpoint = _options.Checkpoint,
            TrainingSet = _training,
            Training = _options.Training with { Seed = seed, FrameCache = cache },
            Sets = sets,
            StateFolder = Path.Combine(_options.StateFolder, $"seed-{seed}"),
            Cancellation = _options.Cancellation,
            Progress = new ImmediateProgress<SensitivityProgress>(report =>
            {
                if (_schedule.Finish(seed, report.Run, report.Resumed) is { } progress)
                    _options.Progress?.Report(progress);
            }),
        });
}
