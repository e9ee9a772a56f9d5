using GardenerML.Pruning;
using GardenerML.Reporting;

namespace GardenerML.Samples.Reproduction;

/// <summary>In which order the blocks of a checkpoint are removed.</summary>
/// <param name="Criterion">What says so.</param>
/// <param name="Blocks">The numbers of all blocks, the first to be removed first.</param>
/// <param name="Importance">What it saw of each block, turned so that the lowest goes first.</param>
internal sealed record RemovalOrder(string Criterion, IReadOnlyList<int> Blocks, IReadOnlyList<double> Importance)
{
    /// <summary>The order of a criterion over weights.</summary>
    public static RemovalOrder Of(string checkpoint, string name)
    {
        var criterion = PruningCriterion.Parse(name);
        var blocks = Plan(checkpoint, criterion).Blocks;
        return new RemovalOrder(
            name,
            [.. blocks.OrderBy(block => block.RemovalRank).Select(block => block.Index)],
            [.. blocks.Select(block => criterion.HighestFirst ? -block.Value : block.Value)]);
    }

    /// <summary>The order of the oracle: the smallest loss first, of equal ones the deeper block.</summary>
    public static RemovalOrder OfOracle(IReadOnlyList<double> losses) =>
        new(CriterionTitles.Oracle, PruningCriterion.Entropy.RemovalOrder(losses), losses);

    /// <summary>A plan that only scores the blocks.</summary>
    public static PruningPlan Plan(string checkpoint, PruningCriterion criterion) => Gardener.PlanPruning(
        new PruningOptions { Checkpoint = checkpoint, Criterion = criterion, Target = PruningTarget.Count(0) });

    /// <summary>The blocks that go first, ascending.</summary>
    public int[] First(int count) => [.. Blocks.Take(count).Order()];

    /// <summary>The block's place in the order, from 1.</summary>
    public int RankOf(int block) => Blocks.ToList().IndexOf(block) + 1;
}
