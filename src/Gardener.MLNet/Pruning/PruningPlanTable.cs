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
            ? (FormattableString)$"block      weights        value     error  normalised  efficiency  order"
            : $"block      weights        value  normalised  order");
        foreach (var block in plan.Blocks)
        {
            var middle = errors
                ? Text($"{block.StandardError,9:0.000000} {block.NormalizedValue,11:0.0000} {block.Efficiency,11:0.0000}")
                : Text($"{block.NormalizedValue,11:0.0000}");
            var marks = (block.Tied ? "=" : " ") + (plan.Removed.Contains(block.Index) ? " removed" : "");
            Line(text, $"{block.Index,5} {block.Weights,12:N0} {Value(block.Value),12} {middle} {block.RemovalRank + 1,6}{marks.TrimEnd()}");
        }
        if (plan.Blocks.Any(block => block.Tied))
            Line(text, errors
                ? (FormattableString)$"= cannot be told from a neighbour in the order: they differ by no more than their joint standard error"
                : $"= cannot be told from a neighbour in the order: their values are equal");
        return text.ToString();
    }

    /// <summary>Entropies and losses have few digits before the point; sums of weights may have many.</summary>
    private static string Value(double value) => Math.Abs(value) is >= 1e5 or (> 0 and < 1e-4) ? Text($"{value:0.00000e+0}") : Text($"{value:0.000000}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void Line(StringBuilder text, FormattableString line) => text.Append(Text(line)).Append('\n');
}
