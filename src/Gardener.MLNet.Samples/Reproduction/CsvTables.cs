using System.Globalization;
using System.Text;

namespace GardenerML.Samples.Reproduction;

/// <summary>The tables as comma-separated values: shares as they are, not in percent, every digit.</summary>
internal static class CsvTables
{
    /// <summary>The pruning curves, the whole model first.</summary>
    public static string Curves(ReproductionResult result) => Table(
        ["criterion", "removed", "ratio", "gigaFlops", "removedBlocks", "warMean", "warLowest", "warHighest", "uarMean", "uarLowest", "uarHighest"],
        result.Curves.Prepend(result.Unpruned).Select(point => (object[])
        [
            point.Criterion, point.Removed, point.Ratio, point.GigaFlops, Blocks(point.RemovedBlocks), point.War.Mean, point.War.Lowest,
            point.War.Highest, point.Uar.Mean, point.Uar.Lowest, point.Uar.Highest,
        ]));

    /// <summary>Entropy and the oracle's loss of each block.</summary>
    public static string BlockRows(ReproductionResult result) => Table(
        ["block", "entropy", "entropyError", "normalizedEntropy", "entropyRank", "tied", "lossMean", "lossLowest", "lossHighest", "oracleRank"],
        result.Blocks.Select(block => (object[])
        [
            block.Index, block.Entropy, block.EntropyError, block.NormalizedEntropy, block.EntropyRank, block.Tied ? 1 : 0, block.Loss.Mean,
            block.Loss.Lowest, block.Loss.Highest, block.OracleRank,
        ]));

    /// <summary>How well the criteria agree with the oracle.</summary>
    public static string Correlations(ReproductionResult result) => Table(
        ["criterion", "spearman", "spearmanLower", "spearmanUpper", "kendall", "kendallLower", "kendallUpper"],
        result.Correlations.Select(row => (object[])
        [
            row.Criterion, row.Spearman.Value, row.Spearman.Lower, row.Spearman.Upper, row.Kendall.Value, row.Kendall.Lower, row.Kendall.Upper,
        ]));

    /// <summary>Every run.</summary>
    public static string Runs(ReproductionMeasurements measurements) => Table(
        ["seed", "removedBlocks", "war", "uar", "logLoss", "clips", "seconds"],
        measurements.Runs.Select(run => (object[])
        [
            run.Seed, Blocks(run.Run.Removed), run.Run.Accuracy, run.Run.MeanClassRecall, run.Run.LogLoss, run.Run.Clips, run.Run.Seconds,
        ]));

    private static string Blocks(IReadOnlyList<int>? blocks) => blocks is null ? "" : string.Join(' ', blocks);

    private static string Table(IEnumerable<string> header, IEnumerable<object[]> rows)
    {
        var text = new StringBuilder().AppendJoin(',', header).Append('\n');
        foreach (var row in rows)
            text.AppendJoin(',', row.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture))).Append('\n');
        return text.ToString();
    }
}
