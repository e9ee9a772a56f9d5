using System.Text;
using GardenerML.Reporting;

namespace GardenerML.Samples.Reproduction;

/// <summary>The files of an experiment: <c>reproduction.md</c>, two figures, and every table as CSV.</summary>
internal static class ReproductionFiles
{
    public const string Report = "reproduction.md";
    public const string CurvesFigure = "pruning-curves.png";
    public const string CurvesTable = PruningExperiment.CurvesTable;
    public const string BlocksFigure = "entropy-oracle.png";
    public const string BlocksTable = PruningExperiment.BlocksTable;
    public const string CorrelationsTable = PruningExperiment.CorrelationsTable;
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
        Bytes(CurvesFigure, result.Experiment.DrawCurves());
        Bytes(BlocksFigure, result.Experiment.DrawBlocks());
        Text(Report, MarkdownReport.Write(result, CurvesFigure, BlocksFigure));

        void Text(string name, string text) => Bytes(name, Encoding.UTF8.GetBytes(text));

        void Bytes(string name, byte[] bytes) => OutputFile.Write(Path.Combine(folder, name), partial => File.WriteAllBytes(partial, bytes));
    }
}
