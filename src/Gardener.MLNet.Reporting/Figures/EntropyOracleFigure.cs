using ScottPlot;

namespace GardenerML.Reporting.Figures;

/// <summary>The weight-number entropy of each block against what its removal costs.</summary>
internal static class EntropyOracleFigure
{
    public static Figure Of(PruningExperiment experiment) => new(
        "entropy-oracle", "Entropy of a block and the cost of its removal",
        $"A point for each of the {experiment.Blocks.Count} blocks; the table of the blocks has its numbers.", 900, 600,
        (plot, theme) => Fill(plot, theme, experiment));

    private static void Fill(Plot plot, FigureTheme theme, PruningExperiment experiment)
    {
        plot.Add.HorizontalLine(0, 1, FigureTheme.Grey, LinePattern.DenselyDashed);
        foreach (var block in experiment.Blocks)
        {
            plot.Add.Line(block.Entropy - block.EntropyError, 100 * block.Loss.Mean, block.Entropy + block.EntropyError, 100 * block.Loss.Mean)
                .Draw();
            plot.Add.Line(block.Entropy, 100 * block.Loss.Lowest, block.Entropy, 100 * block.Loss.Highest).Draw();
            plot.Add.Marker(block.Entropy, 100 * block.Loss.Mean, MarkerShape.FilledCircle, 22, FigureTheme.Orange);
            var label = plot.Add.Text($"{block.Index}", block.Entropy, 100 * block.Loss.Mean);
            label.LabelFontSize = 13;
            label.LabelFontColor = Colors.White;
            label.LabelBold = true;
            label.LabelAlignment = Alignment.MiddleCenter;
        }
        if (experiment.Correlations.FirstOrDefault(row => row.Criterion == "entropy")?.Spearman is { Value: not double.NaN } correlation)
        {
            // Above the plot, where no block can lie.
            plot.Title(FormattableString.Invariant(
                $"Spearman {correlation.Value:0.00}, 95% from {correlation.Lower:0.00} to {correlation.Upper:0.00}"), 15);
        }
        plot.XLabel("Weight-number entropy, nats (with its standard error)", 17);
        plot.YLabel("Loss of WAR, points (mean and range of seeds)", 17);
        plot.Axes.Margins(0.08, 0.1);
    }

    private static void Draw(this ScottPlot.Plottables.LinePlot line)
    {
        line.LineColor = FigureTheme.Orange.WithAlpha(0.6);
        line.LineWidth = 1.5f;
        line.MarkerSize = 0;
    }
}
