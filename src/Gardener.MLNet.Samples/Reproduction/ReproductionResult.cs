using GardenerML.Pruning;

namespace GardenerML.Samples.Reproduction;

/// <summary>What the experiment gave: the document of --json. Blocks are numbered from 0.</summary>
/// <param name="Checkpoint">The checkpoint's name.</param>
/// <param name="BlockCount">Its blocks.</param>
/// <param name="Data">What was trained and measured on, in words.</param>
/// <param name="Recipe">How each model was fine-tuned, in words.</param>
/// <param name="Clips">How many clips were measured on.</param>
/// <param name="Seeds">The seeds.</param>
/// <param name="Trainings">How many models were fine-tuned, all seeds together.</param>
/// <param name="Seconds">How long these trainings and their measurements took.</param>
/// <param name="Unpruned">The whole model.</param>
/// <param name="Curves">A row for each criterion and number of removed blocks.</param>
/// <param name="Blocks">A row for each block.</param>
/// <param name="Correlations">How well each criterion agrees with the oracle.</param>
/// <param name="OracleAgreement">
/// Mean rank correlation of the oracle's losses between two seeds: no criterion can be expected to do better. Null for one seed,
/// and where the losses of no pair have an order.
/// </param>
internal sealed record ReproductionResult(
    string Checkpoint, int BlockCount, string Data, string Recipe, int Clips, IReadOnlyList<int> Seeds, int Trainings, double Seconds,
    CurvePoint Unpruned, IReadOnlyList<CurvePoint> Curves, IReadOnlyList<BlockRow> Blocks,
    IReadOnlyList<CorrelationRow> Correlations, double? OracleAgreement);

/// <summary>What a model is worth after a removal.</summary>
/// <param name="Criterion">What chose the blocks; "sensitivity" is the oracle.</param>
/// <param name="Removed">How many blocks were removed.</param>
/// <param name="Ratio">The share of blocks that is.</param>
/// <param name="GigaFlops">Multiply-adds of a clip that are left, in units of 10^9.</param>
/// <param name="RemovedBlocks">Which blocks; null where they differ by seed.</param>
/// <param name="War">Accuracy: the weighted average recall.</param>
/// <param name="Uar">Mean class recall: the unweighted average recall.</param>
internal sealed record CurvePoint(
    string Criterion, int Removed, double Ratio, double GigaFlops, IReadOnlyList<int>? RemovedBlocks, Statistic War, Statistic Uar);

/// <summary>What the entropy and the oracle say of a block.</summary>
/// <param name="Index">The block's number.</param>
/// <param name="Entropy">Its weight-number entropy in nats.</param>
/// <param name="EntropyError">The standard error of it, as if weights were independent draws.</param>
/// <param name="NormalizedEntropy">The entropy scaled so that the lowest block has 0 and the highest 1.</param>
/// <param name="EntropyRank">Its place in the order of removal by entropy, from 1.</param>
/// <param name="Tied">Whether its entropy is within the joint standard error of a neighbour in that order.</param>
/// <param name="Loss">What its removal costs in accuracy.</param>
/// <param name="OracleRank">Its place in the order of removal by the oracle, from 1.</param>
internal sealed record BlockRow(
    int Index, double Entropy, double EntropyError, double NormalizedEntropy, int EntropyRank, bool Tied, Statistic Loss, int OracleRank);

/// <summary>How well a criterion's order agrees with the mean loss that the oracle measured; 1 is the same order.</summary>
/// <param name="Criterion">The criterion's name.</param>
/// <param name="Spearman">Spearman's coefficient, with a 95% bootstrap interval over the blocks.</param>
/// <param name="Kendall">Kendall's tau-b, with a 95% bootstrap interval over the blocks.</param>
internal sealed record CorrelationRow(string Criterion, RankCorrelation Spearman, RankCorrelation Kendall);
