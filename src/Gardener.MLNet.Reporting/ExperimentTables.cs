using GardenerML.Pruning;

namespace GardenerML.Reporting;

/// <summary>Reads the tables of an experiment.</summary>
internal static class ExperimentTables
{
    private const string CurvesHeader =
        "criterion,removed,ratio,gigaFlops,removedBlocks,warMean,warLowest,warHighest,uarMean,uarLowest,uarHighest";

    private const string BlocksHeader =
        "block,entropy,entropyError,normalizedEntropy,entropyRank,tied,lossMean,lossLowest,lossHighest,oracleRank";

    private const string CorrelationsHeader = "criterion,spearman,spearmanLower,spearmanUpper,kendall,kendallLower,kendallUpper";

    public static PruningExperiment Read(string folder)
    {
        var path = Path.Combine(folder, PruningExperiment.CurvesTable);
        if (!File.Exists(path))
            throw new FileNotFoundException(
                $"{folder} has no {PruningExperiment.CurvesTable}; a folder that the verb reproduce has finished is expected.", path);
        var points = CsvRows.Read(path, CurvesHeader, Point);
        return new PruningExperiment
        {
            Unpruned = Array.Find(points, point => point.Removed == 0)
                ?? throw new FormatException($"{path}: there is no row of the whole model, of which no block is removed."),
            Curves = [.. points.Where(point => point.Removed > 0)],
            Blocks = Optional(folder, PruningExperiment.BlocksTable, BlocksHeader, Block),
            Correlations = Optional(folder, PruningExperiment.CorrelationsTable, CorrelationsHeader, Correlation),
        };
    }

    private static T[] Optional<T>(string folder, string name, string header, Func<string[], T> row)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? CsvRows.Read(path, header, row) : [];
    }

    private static PruningCurvePoint Point(string[] row) => new(
        row[0], CsvRows.Whole(row[1]), CsvRows.Number(row[2]), CsvRows.Number(row[3]),
        row[4].Length == 0 && row[1] != "0" ? null : [.. row[4].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(CsvRows.Whole)],
        Statistic(row, 5), Statistic(row, 8));

    private static OracleBlock Block(string[] row) => new(
        CsvRows.Whole(row[0]), CsvRows.Number(row[1]), CsvRows.Number(row[2]), CsvRows.Number(row[3]), CsvRows.Whole(row[4]), row[5] == "1",
        Statistic(row, 6), CsvRows.Whole(row[9]));

    private static CriterionCorrelation Correlation(string[] row) => new(
        row[0], new RankCorrelation(CsvRows.Number(row[1]), CsvRows.Number(row[2]), CsvRows.Number(row[3])),
        new RankCorrelation(CsvRows.Number(row[4]), CsvRows.Number(row[5]), CsvRows.Number(row[6])));

    private static SeedStatistic Statistic(string[] row, int first) =>
        new(CsvRows.Number(row[first]), CsvRows.Number(row[first + 1]), CsvRows.Number(row[first + 2]));
}
