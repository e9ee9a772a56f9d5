using System.Text;

namespace GardenerML.Samples.Reproduction;

/// <summary>The files of an experiment: <c>reproduction.md</c>, two figures, and every table as CSV.</summary>
internal static class ReproductionFiles
{
    public const string Report = "reproduction.md";
    public const string CurvesFigure = "pruning-curves.png";
    public const string CurvesTable = "pruning-curves.csv";
    public const string BlocksFigure = "entropy-oracle.png";
    public const string BlocksTable = "entropy-oracle.csv";
    public const string CorrelationsTable = "correlations.csv";
    public const string RunsTable = "runs.csv";

    /// <summary>Writes all files.</summary>
    /// <param name="folder">The folder; it exists.</param>
    /// <param name="measurements">The runs.</param>
    /// <param name="result">The tables of them.</param>
    public static void Write(string folder, ReproductionMeasurements measurements, ReproductionResult result)
    {
        Text(RunsTable, CsvTables.Runs(measurements));
        Text(CurvesTable, CsvTables.Curves(result));
        Text(BlocksTable, CsvTables.BlockRows(result));
        Text(CorrelationsTable, CsvTables.Correlations(result));
        Bytes(CurvesFigure, PruningCurvesFigure.Draw(result));
        Bytes(BlocksFigure, EntropyOracleFigure.Draw(result));
        Text(Report, MarkdownReport.Write(result, CurvesFigure, BlocksFigure));

        void Text(string name, string text) => Bytes(name, Encoding.UTF8.GetBytes(text));

        void Bytes(string name, byte[] bytes) => OutputFile.Write(Path.Combine(folder, name), partial => File.WriteAllBytes(partial, bytes));
    }
}
