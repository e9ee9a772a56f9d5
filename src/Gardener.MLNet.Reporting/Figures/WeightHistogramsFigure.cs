using ScottPlot;

namespace GardenerML.Reporting.Figures;

/// <summary>Figure 3 of arXiv 2602.03918: how the weights of early, middle and late blocks are distributed.</summary>
internal static class WeightHistogramsFigure
{
    private static readonly Color[] ColorsOfDepth = [FigureTheme.Blue, FigureTheme.Green, FigureTheme.Orange];

    public static Figure Of(IReadOnlyList<WeightHistogram> histograms) => new(
        "weights", "Weights by depth",
        "The density of the weights of " + string.Join(", of ", histograms.Select(histogram => FormattableString.Invariant(
            $"{histogram.Name} blocks (standard deviation {histogram.StandardDeviation:0.0000})"))) + ".",
        900, 400, (plot, _) => Fill(plot, histograms));

    private static void Fill(Plot plot, IReadOnlyList<WeightHistogram> histograms)
    {
        for (var i = 0; i < histograms.Count; i++)
        {
            var histogram = histograms[i];
            double[] middles = [.. histogram.Counts.Select((_, bin) => histogram.Lowest + ((bin + 0.5) * histogram.BinWidth))];
            var curve = plot.Add.Scatter(middles, histogram.Densities.ToArray(), ColorsOfDepth[i % ColorsOfDepth.Length]);
            curve.MarkerSize = 0;
            curve.LineWidth = 2.5f;
            curve.ConnectStyle = ConnectStyle.StepHorizontal;
            curve.LinePattern = i == 1 ? LinePattern.Dashed : i == 2 ? LinePattern.Dotted : LinePattern.Solid;
            curve.LegendText = Figure.Label($"{histogram.Name}: {BlockList.Text(histogram.Blocks)}");
        }
        plot.XLabel("Weight", 17);
        plot.YLabel("Density", 17);
        plot.Axes.SetLimitsX(histograms.Min(histogram => histogram.Lowest), histograms.Max(histogram => histogram.Highest));
        plot.ShowLegend(Edge.Right);
    }
}
