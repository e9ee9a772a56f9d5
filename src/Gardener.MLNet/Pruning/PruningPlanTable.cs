using System.Globalization;
using System.Text;

namespace GardenerML.Pruning;

/// <summary>A plan for people.</summary>
internal static class PruningPlanTable
{
    public static string Write(PruningPlan plan)
    {
        var text = new StringBuilder();
        var errors = plan.Blocks.Any(block => block.StandardError is not null);
        Line(text, $"{plan.Checkpoint}: {plan.Removed.Count} of {plan.Blocks.Count} blocks removed by {plan.Criterion} (target: {plan.Target})");
        Line(text, $"{plan.Before.Parameters:N0} -> {plan.Parameters:N0} parameters");
        if (plan is { Before.GigaFlops: { } before, GigaFlops: { } after })
            Line(text, $"{before:0.0000} -> {after:0.0000} GFLOPs a clip");
        Line(text, errors
            ? (FormattableString)$"block    weights       value    error normalised efficiency order"
            : $"block    weights       value normalised order");
        foreach (var block in plan.Blocks)
        {
            var middle = errors
                ? Text($"{block.StandardError,8:0.000000} {block.NormalizedValue,10:0.0000} {block.Efficiency,10:0.0000}")
                : Text($"{block.NormalizedValue,10:0.0000}");
            var marks = (block.Tied ? "=" : " ") + (plan.Removed.Contains(block.Index) ? " removed" : "");
            Line(text, $"{block.Index,5} {block.Weights,10:N0} {Value(block.Value),11} {middle} {block.RemovalRank + 1,5}{marks.TrimEnd()}");
        }
        if (plan.Blocks.Any(block => block.Tied))
            Line(text, errors
                ? (FormattableString)$"= within the joint standard error of a neighbour in the order"
                : $"= equal to a neighbour in the order");
        return text.ToString();
    }

    /// <summary>Entropies and losses have few digits before the point; sums of weights may have many.</summary>
    private static string Value(double value) =>
        Math.Abs(value) is >= 1e5 or (> 0 and < 1e-4) ? Text($"{value:0.00000e+0}") : Text($"{value:0.000000}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void Line(StringBuilder text, FormattableString line) => text.Append(Text(line)).Append('\n');
}
