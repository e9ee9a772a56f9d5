using GardenerML.Pruning;
using GardenerML.Reporting;
using GardenerML.Sensitivity;
using GardenerML.VideoMae;

namespace GardenerML.Samples.Reproduction;

/// <summary>All runs of the experiment, and the tables that follow.</summary>
/// <param name="Seeds">The seeds.</param>
/// <param name="Removals">How many blocks were removed, ascending.</param>
/// <param name="Orders">The orders of the oracle, first, and of the criteria.</param>
/// <param name="RandomOrders">The random order of each seed; none where it was not asked for.</param>
/// <param name="Results">What was measured with each seed.</param>
internal sealed record ReproductionMeasurements(
    IReadOnlyList<int> Seeds, IReadOnlyList<int> Removals, IReadOnlyList<RemovalOrder> Orders,
    IReadOnlyDictionary<int, RemovalOrder> RandomOrders, IReadOnlyList<SensitivityResult> Results)
{
    /// <summary>Every finished run with its seed.</summary>
    public IEnumerable<(int Seed, SensitivityRun Run)> Runs =>
        Seeds.Zip(Results).SelectMany(seed => seed.Second.Runs.Select(run => (seed.First, run)));

    /// <summary>The tables.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="geometry">The model as it was fine-tuned.</param>
    /// <param name="data">What was trained and measured on, in words.</param>
    /// <param name="recipe">How, in words.</param>
    public ReproductionResult Tabulate(string checkpoint, VideoMaeConfiguration geometry, string data, string recipe)
    {
        var entropy = RemovalOrder.Plan(checkpoint, PruningCriterion.Entropy);
        return new ReproductionResult(
            entropy.Checkpoint, entropy.Blocks.Count, data, recipe, Results[0].Baseline.Clips, Seeds, Runs.Count(),
            Runs.Sum(run => run.Run.Seconds), Point("", 0, geometry, _ => []), Curves(geometry), BlockRows(entropy.Blocks),
            [.. Orders.Skip(1).Select(Correlate)], Agreement());
    }

    private PruningCurvePoint[] Curves(VideoMaeConfiguration geometry) =>
    [
        .. Orders.SelectMany(order => Removals.Select(count => Point(order.Criterion, count, geometry, _ => order.First(count)))),
        .. RandomOrders.Count == 0 ? [] : Removals.Select(
            count => Point(ReproductionOptions.Random, count, geometry, seed => RandomOrders[seed].First(count))),
    ];

    private PruningCurvePoint Point(string criterion, int count, VideoMaeConfiguration geometry, Func<int, int[]> removed)
    {
        var sets = Seeds.Select(removed).ToArray();
        var runs = Results.Zip(sets).Select(pair => pair.First.Without(pair.Second)).ToArray();
        return new PruningCurvePoint(
            criterion,
            count,
            (double)count / geometry.BlockCount,
            VideoMaeCost.Of(geometry with { BlockCount = geometry.BlockCount - count }).GigaFlops,
            sets.All(set => set.SequenceEqual(sets[0])) ? sets[0] : null,
            SeedStatistic.Of([.. runs.Select(run => run.Accuracy)]),
            SeedStatistic.Of([.. runs.Select(run => run.MeanClassRecall)]));
    }

    private OracleBlock[] BlockRows(IReadOnlyList<BlockImportance> entropies) =>
    [
        .. entropies.Select(block => new OracleBlock(
            block.Index, block.Value, block.StandardError!.Value, block.NormalizedValue, block.RemovalRank + 1, block.Tied,
            SeedStatistic.Of([.. Results.Select(result => result.Blocks[block.Index].AccuracyLoss)]), Orders[0].RankOf(block.Index))),
    ];

    private CriterionCorrelation Correlate(RemovalOrder order) => new(
        order.Criterion,
        RankCorrelation.Spearman(order.Importance, Orders[0].Importance),
        RankCorrelation.Kendall(order.Importance, Orders[0].Importance));

    private double? Agreement()
    {
        var losses = Results.Select(result => result.Blocks.Select(block => block.AccuracyLoss).ToArray()).ToArray();
        var pairs = from i in Enumerable.Range(0, losses.Length)
                    from j in Enumerable.Range(0, i)
                    let correlation = RankCorrelation.Spearman(losses[i], losses[j]).Value
                    where !double.IsNaN(correlation)
                    select (double?)correlation;
        return pairs.Average();
    }
}
