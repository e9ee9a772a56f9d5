using GardenerML.Pruning;
using ScottPlot;

namespace GardenerML.Reporting.Figures;

/// <summary>What the criterion of a plan saw of each block, a bar a block.</summary>
internal static class BlockBarsFigure
{
    /// <summary>The most blocks that a figure has room for.</summary>
    public const int MostBlocks = 128;

    public static Figure Of(PruningPlan plan) => new(
        "blocks", $"{Unit(plan).Split(',')[0]} of each block",
        $"A bar for each of the {plan.Blocks.Count} blocks, {plan.Removed.Count} of them removed; the table of the blocks has its numbers.",
        900, 400, (plot, theme) => Fill(plot, theme, plan));

    /// <summary>What the values are, with their unit.</summary>
    public static string Unit(PruningPlan plan) => plan.Criterion switch
    {
        "entropy" => "Weight-number entropy, nats",
        CriterionTitles.Oracle => "Loss of accuracy",
        _ when plan.Criterion.Contains("entropy", StringComparison.Ordinal) => $"{Capital(plan.Criterion)}, nats",
        _ => Capital(plan.Criterion),
    };

    private static string Capital(string criterion)
    {
        var title = CriterionTitles.Of(criterion);
        return title.Length == 0 ? "Value" : char.ToUpperInvariant(title[0]) + title[1..];
    }

    private static void Fill(Plot plot, FigureTheme theme, PruningPlan plan)
    {
        var blocks = plan.Blocks.Where(block => double.IsFinite(block.Value)).ToArray();
        // Entropies differ in their third digit: bars from 0 would be all alike.
        var lowest = blocks.Min(block => block.Value - (block.StandardError ?? 0));
        var highest = blocks.Max(block => block.Value + (block.StandardError ?? 0));
        var floor = lowest > 0 ? Math.Max(0, lowest - (0.1 * (highest - lowest))) : Math.Min(0, lowest);
        var removed = plan.Removed.ToHashSet();
        foreach (var block in blocks)
        {
            var goes = removed.Contains(block.Index);
            var color = goes ? FigureTheme.Orange : FigureTheme.Blue;
            plot.Add.Bar(new Bar
            {
                Position = block.Index,
                Value = block.Value,
                ValueBase = floor,
                Size = 0.7,
                FillColor = goes ? color.WithAlpha(0.3) : color,
                LineColor = color,
                LineWidth = 2,
            });
            if (block.StandardError is { } error)
            {
                var line = plot.Add.ErrorBar([block.Index], [block.Value], [error]);
                line.Color = theme.Ink;
                line.LineWidth = 1.5f;
                line.CapSize = 5;
            }
        }
        plot.Axes.Bottom.SetTicks(
            [.. plan.Blocks.Select(block => (double)block.Index)], [.. plan.Blocks.Select(block => $"{block.Index}")]);
        plot.XLabel("Block, from input to output", 17);
        plot.YLabel(Figure.Label(Unit(plan)), 17);
        plot.Axes.SetLimits(-0.7, plan.Blocks.Count - 0.3, floor, highest > floor ? highest + (0.08 * (highest - floor)) : floor + 1);
        plot.Legend.ManualItems.Add(new LegendItem { LabelText = "kept", FillColor = FigureTheme.Blue });
        if (removed.Count > 0)
        {
            plot.Legend.ManualItems.Add(new LegendItem
            {
                LabelText = "removed",
                FillColor = FigureTheme.Orange.WithAlpha(0.3),
                OutlineColor = FigureTheme.Orange,
                OutlineWidth = 2,
            });
        }
        plot.ShowLegend(Edge.Right);
    }
}
