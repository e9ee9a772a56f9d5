using GardenerML.Reporting.Figures;

namespace GardenerML.Reporting;

/// <summary>
/// The experiment of arXiv 2602.03918: accuracy over the share of removed blocks for several criteria, and what the removal of each
/// block costs. Blocks are numbered from 0.
/// </summary>
public sealed record PruningExperiment
{
    /// <summary>The table of the curves in a folder of results.</summary>
    public const string CurvesTable = "pruning-curves.csv";

    /// <summary>The table of the blocks in a folder of results.</summary>
    public const string BlocksTable = "entropy-oracle.csv";

    /// <summary>The table of the correlations in a folder of results.</summary>
    public const string CorrelationsTable = "correlations.csv";

    /// <summary>The whole model.</summary>
    public required PruningCurvePoint Unpruned { get; init; }

    /// <summary>A row for each criterion and number of removed blocks.</summary>
    public required IReadOnlyList<PruningCurvePoint> Curves { get; init; }

    /// <summary>A row for each block; empty where no oracle was measured.</summary>
    public IReadOnlyList<OracleBlock> Blocks { get; init; } = [];

    /// <summary>How well each criterion agrees with the oracle.</summary>
    public IReadOnlyList<CriterionCorrelation> Correlations { get; init; } = [];

    /// <summary>Reads the tables that the verb <c>reproduce</c> of the samples writes.</summary>
    /// <param name="folder">Its output; it has at least <see cref="CurvesTable"/>.</param>
    /// <exception cref="FileNotFoundException">There is no such table; the message names it.</exception>
    /// <exception cref="FormatException">A table is not of that form; the message names file and line.</exception>
    public static PruningExperiment Load(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        return ExperimentTables.Read(folder);
    }

    /// <summary>Figure 1b of the paper: accuracy over the number of removed blocks, a curve a criterion.</summary>
    /// <returns>A PNG file.</returns>
    public byte[] DrawCurves() => PruningCurvesFigure.Of(this).ToPng();

    /// <summary>The weight-number entropy of each block against what its removal costs.</summary>
    /// <returns>A PNG file.</returns>
    /// <exception cref="InvalidOperationException">There are no blocks.</exception>
    public byte[] DrawBlocks() => Blocks.Count == 0
        ? throw new InvalidOperationException("The experiment tells nothing of blocks.")
        : EntropyOracleFigure.Of(this).ToPng();
}
