using System.Xml.Linq;
using GardenerML.Pruning;
using GardenerML.Reporting.Figures;
using static GardenerML.Reporting.Html.Markup;

namespace GardenerML.Reporting.Html;

/// <summary>Accuracy over the number of removed blocks by several criteria, and what each block is worth.</summary>
internal static class ExperimentSection
{
    public static XElement Of(PruningExperiment experiment, IEnumerable<Figure> figures) => Section(
        "experiment", "Pruning by several criteria",
        Paragraph($"Each criterion removes blocks, and what is left is fine-tuned (arXiv 2602.03918, figure 1b). WAR is the accuracy. The oracle removes the blocks that were measured to cost least, on the clips that accuracy is measured on, which flatters it."),
        figures.Select(Drawn),
        Curves(experiment),
        experiment.Blocks.Count > 0 ? Blocks(experiment.Blocks) : null,
        experiment.Correlations.Count > 0 ? Correlations(experiment.Correlations) : null);

    private static XElement Curves(PruningExperiment experiment)
    {
        int[] removals = [.. experiment.Curves.Select(point => point.Removed).Distinct().Order()];
        return Table(
            $"WAR in percent by the number of removed blocks, mean and range of seeds; the whole model has {Numbers.Percent(experiment.Unpruned.War.Mean)}",
            ["Criterion", .. removals.Select(count => Text($"{count}"))],
            experiment.Curves.GroupBy(point => point.Criterion).Select(curve => (IEnumerable<object>)
            [
                CriterionTitles.Of(curve.Key),
                .. removals.Select(count => curve.FirstOrDefault(point => point.Removed == count) is { } point ? Measured(point.War) : Element("td", Numbers.Missing)),
            ]));
    }

    private static XElement Blocks(IReadOnlyList<OracleBlock> blocks) => Table(
        "The blocks: entropy in nats, and what their removal costs in points of WAR",
        ["Block", "Entropy", "Standard error", "Order by entropy", "Loss", "Order by the oracle"],
        blocks.Select(block => (object[])
        [
            Text($"{block.Index}"), Numbers.Share(block.Entropy), Numbers.Share(block.EntropyError),
            Text($"{block.EntropyRank}") + (block.Tied ? " =" : ""), Measured(block.Loss), Text($"{block.OracleRank}"),
        ]));

    // With the range of the seeds where there is one.
    private static XElement Measured(SeedStatistic value) => Element(
        "td", Numbers.Percent(value.Mean),
        value.Lowest == value.Highest ? null : Element(
            "span", Attribute("class", "range"), $" {Numbers.Write(100 * value.Lowest, "0.0")} to {Numbers.Write(100 * value.Highest, "0.0")}"));

    private static XElement Correlations(IReadOnlyList<CriterionCorrelation> correlations) => Table(
        "Rank correlation with the oracle, with 95% bootstrap intervals over the blocks; 1 is the same order",
        ["Criterion", "Spearman", "Kendall"],
        correlations.Select(row => (object[])[CriterionTitles.Of(row.Criterion), Interval(row.Spearman), Interval(row.Kendall)]));

    // Losses that are all equal have no order.
    private static string Interval(RankCorrelation correlation) => double.IsNaN(correlation.Value)
        ? Numbers.Missing
        : Text($"{correlation.Value:0.000} [{correlation.Lower:0.000}, {correlation.Upper:0.000}]");
}
