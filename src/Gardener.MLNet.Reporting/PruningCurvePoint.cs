namespace GardenerML.Reporting;

/// <summary>What a model is worth after a removal.</summary>
/// <param name="Criterion">
/// What chose the blocks; <see cref="CriterionTitles.Oracle"/> is the oracle, and empty text the whole model.
/// </param>
/// <param name="Removed">How many blocks were removed.</param>
/// <param name="Ratio">The share of blocks that is.</param>
/// <param name="GigaFlops">Multiply-adds of a clip that are left, in units of 10^9.</param>
/// <param name="RemovedBlocks">Which blocks; null where they differ by seed.</param>
/// <param name="War">Accuracy: the weighted average recall.</param>
/// <param name="Uar">Mean class recall: the unweighted average recall.</param>
public sealed record PruningCurvePoint(
    string Criterion, int Removed, double Ratio, double GigaFlops, IReadOnlyList<int>? RemovedBlocks, SeedStatistic War, SeedStatistic Uar);
