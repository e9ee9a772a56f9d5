using System.Text.Json.Serialization;
using GardenerML.Reporting;

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
    PruningCurvePoint Unpruned, IReadOnlyList<PruningCurvePoint> Curves, IReadOnlyList<OracleBlock> Blocks,
    IReadOnlyList<CriterionCorrelation> Correlations, double? OracleAgreement)
{
    /// <summary>What there is to draw of it.</summary>
    [JsonIgnore]
    public PruningExperiment Experiment => new() { Unpruned = Unpruned, Curves = Curves, Blocks = Blocks, Correlations = Correlations };
}
