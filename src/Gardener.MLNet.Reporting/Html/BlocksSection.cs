using System.Xml.Linq;
using GardenerML.Pruning;
using GardenerML.Reporting.Figures;
using static GardenerML.Reporting.Html.Markup;

namespace GardenerML.Reporting.Html;

/// <summary>What the criterion saw of each block, and which were removed.</summary>
internal static class BlocksSection
{
    public static XElement Of(PruningPlan plan, IEnumerable<Figure> figures)
    {
        var errors = plan.Blocks.Any(block => block.StandardError is not null);
        return Section(
            "blocks", "Blocks",
            Element(
                "p",
                Text($"{plan.Removed.Count} of the {plan.Blocks.Count} transformer blocks of "), Element("strong", plan.Checkpoint),
                Text($" are removed by {CriterionTitles.Of(plan.Criterion)}. Blocks are numbered from 0. The axis need not begin at 0."),
                errors ? " Whiskers are standard errors, as if weights were independent draws." : null),
            figures.Select(Drawn),
            Table(
                "The blocks of the checkpoint",
                ["Block", "Weights", BlockBarsFigure.Unit(plan), .. errors ? ["Standard error", "Efficiency"] : Array.Empty<string>(), "Normalised", "Order of removal", ""],
                Rows(plan, errors)),
            plan.Blocks.Any(block => block.Tied)
                ? Paragraph($"{(errors ? "= is within the joint standard error of a neighbour in the order." : "= is equal to a neighbour in the order.")}")
                : null);
    }

    private static IEnumerable<IEnumerable<object>> Rows(PruningPlan plan, bool errors)
    {
        var removed = plan.Removed.ToHashSet();
        return plan.Blocks.Select(block => (object[])
        [
            Text($"{block.Index}"), Text($"{block.Weights:N0}"), Numbers.Write(block.Value, Format(block.Value)),
            .. errors ? [Numbers.Write(block.StandardError, "0.000000"), Numbers.Share(block.Efficiency)] : Array.Empty<string>(),
            Numbers.Share(block.NormalizedValue), Text($"{block.RemovalRank + 1}") + (block.Tied ? " =" : ""),
            Element("td", Attribute("class", "text"), removed.Contains(block.Index) ? Element("span", Attribute("class", "removed"), "removed") : "kept"),
        ]);
    }

    // Entropies and losses have few digits before the point; sums of weights may have many.
    private static string Format(double value) => Math.Abs(value) is >= 1e5 or (> 0 and < 1e-4) ? "0.00000e+0" : "0.000000";
}
