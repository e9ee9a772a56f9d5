using GardenerML.Evaluation;
using ScottPlot;

namespace GardenerML.Reporting.Figures;

/// <summary>The confusion matrix of more classes than a table has room for: a cell a pair, darker for a larger share of its row.</summary>
internal static class ConfusionFigure
{
    public static Figure Of(VideoClassificationMetrics metrics) => new(
        "confusion", "Confusion matrix",
        $"True classes from top to bottom, predicted ones from left to right, {metrics.ClassNames.Count} of them; the table of the commonest confusions has numbers.",
        720, 640, (plot, _) => Fill(plot, metrics));

    private static void Fill(Plot plot, VideoClassificationMetrics metrics)
    {
        var count = metrics.ClassNames.Count;
        var shares = new double[count, count];
        for (var label = 0; label < count; label++)
        {
            var row = metrics.ConfusionMatrix[label];
            var clips = Math.Max(1, row.Sum());
            for (var predicted = 0; predicted < count; predicted++)
                shares[label, predicted] = row[predicted] / (double)clips;
        }
        var map = plot.Add.Heatmap(shares);
        // Clear where there is nothing, so that the page shows through in whichever colour it has.
        map.Colormap = new ScottPlot.Colormaps.CustomInterpolated([FigureTheme.Blue.WithAlpha(0.0), FigureTheme.Blue, FigureTheme.Orange]);
        map.ManualRange = new ScottPlot.Range(0, 1);
        var bar = plot.Add.ColorBar(map);
        bar.Label = "Share of the true class";
        bar.LabelStyle.FontSize = 17;
        plot.XLabel("Predicted class", 17);
        plot.YLabel("True class", 17);
        plot.Grid.IsVisible = false;
    }
}
