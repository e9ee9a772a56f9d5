using System.Globalization;
using System.Text;
using GardenerML.Pruning;

namespace GardenerML.Sensitivity;

/// <summary>What was measured, and the plan that follows from it.</summary>
public sealed class SensitivityResult
{
    internal SensitivityResult(PruningPlan plan, IReadOnlyList<SensitivityRun> runs)
    {
        Plan = plan;
        Runs = runs;
        Blocks = [.. runs.Where(run => run.Removed.Count == 1).OrderBy(run => run.Removed[0])
            .Select(run => new BlockSensitivity(run.Removed[0], run.Accuracy, Baseline.Accuracy - run.Accuracy))];
    }

    /// <summary>The plan: the blocks whose removal costs the least go first, of equal ones the deeper block.</summary>
    public PruningPlan Plan { get; }

    /// <summary>The model with all blocks.</summary>
    public SensitivityRun Baseline => Runs[0];

    /// <summary>What the removal of each block alone costs, in the checkpoint's order.</summary>
    public IReadOnlyList<BlockSensitivity> Blocks { get; }

    /// <summary>
    /// All that was measured, in the order of measuring; the whole model first. No set of blocks is there twice.
    /// </summary>
    public IReadOnlyList<SensitivityRun> Runs { get; }

    /// <summary>What the model without certain blocks is worth.</summary>
    /// <param name="blocks">Their numbers, from 0, in any order; none for the whole model.</param>
    /// <exception cref="ArgumentException">It was not measured.</exception>
    public SensitivityRun Without(params IReadOnlyList<int> blocks)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        return Runs.FirstOrDefault(run => run.Removed.SequenceEqual(blocks.Order()))
            ?? throw new ArgumentException(
                $"The model without the blocks {string.Join(", ", blocks.Order())} was not measured; name them in SensitivityOptions.Sets.",
                nameof(blocks));
    }

    /// <summary>How well a criterion agrees with the measured losses of single blocks.</summary>
    /// <param name="scores">The criterion's values for the blocks of the same checkpoint.</param>
    /// <param name="confidence">The probability that the intervals cover, between 0 and 1.</param>
    /// <param name="seed">Chooses the bootstrap samples.</param>
    /// <exception cref="ArgumentException">The scores are of another number of blocks.</exception>
    public SensitivityCorrelation Correlate(BlockScores scores, double confidence = 0.95, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(scores);
        if (scores.Values.Count != Blocks.Count)
            throw new ArgumentException(
                $"The scores are of {scores.Values.Count} blocks, the measurement of {Blocks.Count}.", nameof(scores));
        // Where the highest value goes first, a high value says that the loss is low.
        double[] importance = [.. scores.Values.Select(value => scores.Criterion.HighestFirst ? -value : value)];
        double[] loss = [.. Blocks.Select(block => block.AccuracyLoss)];
        return new SensitivityCorrelation(
            scores.Criterion.Name,
            RankCorrelation.Spearman(importance, loss, confidence, seed),
            RankCorrelation.Kendall(importance, loss, confidence, seed));
    }

    /// <summary>A table: one line a block, in the checkpoint's order.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        var culture = CultureInfo.InvariantCulture;
        text.Append(
            culture, $"{Plan.Checkpoint}: accuracy {Baseline.Accuracy:0.0000} with all blocks, on {Baseline.Clips} clips\n");
        text.Append("block  accuracy     loss  order\n");
        foreach (var block in Blocks)
        {
            var removed = Plan.Removed.Contains(block.Index) ? " removed" : "";
            text.Append(
                culture, $"{block.Index,5} {block.Accuracy,9:0.0000} {block.AccuracyLoss,8:0.0000} "
                + $"{Plan.Blocks[block.Index].RemovalRank + 1,6}{removed}\n");
        }
        return text.ToString();
    }
}
