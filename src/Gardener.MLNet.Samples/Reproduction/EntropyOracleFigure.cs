using ScottPlot;

namespace GardenerML.Samples.Reproduction;

/// <summary>The weight-number entropy of each block against what its removal costs.</summary>
internal static class EntropyOracleFigure
{
    private const int Width = 900, Height = 680;

    /// <summary>Draws the figure.</summary>
    /// <returns>A PNG file.</returns>
    public static byte[] Draw(ReproductionResult result)
    {
        using var plot = new Plot();
        plot.Add.HorizontalLine(0, 1, Colors.Gray, LinePattern.DenselyDashed);
        var color = CriterionStyle.Of("entropy").Color;
        foreach (var block in result.Blocks)
        {
            plot.Add.Line(block.Entropy - block.EntropyError, 100 * block.Loss.Mean, block.Entropy + block.EntropyError, 100 * block.Loss.Mean)
                .Draw(color);
            plot.Add.Line(block.Entropy, 100 * block.Loss.Lowest, block.Entropy, 100 * block.Loss.Highest).Draw(color);
            plot.Add.Marker(block.Entropy, 100 * block.Loss.Mean, MarkerShape.FilledCircle, 22, color);
            var label = plot.Add.Text($"{block.Index}", block.Entropy, 100 * block.Loss.Mean);
            label.LabelFontSize = 13;
            label.LabelFontColor = Colors.White;
            label.LabelBold = true;
            label.LabelAlignment = Alignment.MiddleCenter;
        }
        if (result.Correlations.FirstOrDefault(row => row.Criterion == "entropy")?.Spearman is { Value: not double.NaN } correlation)
        {
            var note = plot.Add.Annotation(
                FormattableString.Invariant($"Spearman {correlation.Value:0.00}, 95% from {correlation.Lower:0.00} to {correlation.Upper:0.00}"),
                Alignment.UpperLeft);
            note.LabelFontSize = 15;
            note.LabelBackgroundColor = Colors.White;
            note.LabelBorderColor = Colors.Gray;
            note.LabelShadowColor = Colors.Transparent;
        }
        Axes.Label(
            plot, "Entropy of a block and the cost of its removal", "Weight-number entropy, nats (with its standard error)", "Loss of WAR, points (mean and range of seeds)");
        plot.Axes.Margins(0.08, 0.1);
        return plot.GetImageBytes(Width, Height, ImageFormat.Png);
    }

    private static void Draw(this ScottPlot.Plottables.LinePlot line, Color color)
    {
        line.LineColor = color.WithAlpha(0.6);
        line.LineWidth = 1.5f;
        line.MarkerSize = 0;
    }
}
