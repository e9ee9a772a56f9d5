using ScottPlot;

namespace GardenerML.Samples.Reproduction;

/// <summary>Figure 1b of arXiv 2602.03918: accuracy over the share of blocks that is removed, a curve a criterion.</summary>
internal static class PruningCurvesFigure
{
    private const int Width = 1100, Height = 720;

    /// <summary>Draws the figure.</summary>
    /// <returns>A PNG file.</returns>
    public static byte[] Draw(ReproductionResult result)
    {
        using var plot = new Plot();
        var baseline = plot.Add.HorizontalLine(100 * result.Unpruned.War.Mean, 1.5f, Colors.Gray, LinePattern.DenselyDashed);
        baseline.LegendText = $"all {result.BlockCount} blocks";
        // What matters most comes last, over the rest.
        foreach (var curve in result.Curves.GroupBy(point => point.Criterion).OrderBy(curve => Place(curve.Key)))
            Add(plot, curve.Key, [.. curve]);
        var seeds = result.Seeds.Count == 1 ? "one seed" : $"mean and range of {result.Seeds.Count} seeds";
        Axes.Label(plot, $"Accuracy after pruning and fine-tuning ({seeds})", "Blocks removed", "WAR, %");
        plot.Axes.Bottom.SetTicks(
            [.. result.Curves.Select(point => (double)point.Removed).Distinct()],
            [.. result.Curves.DistinctBy(point => point.Removed).Select(point => $"{point.Removed}\n({point.Ratio:0%})")]);
        plot.Legend.FontSize = 15;
        plot.ShowLegend(Edge.Right);
        return plot.GetImageBytes(Width, Height, ImageFormat.Png);
    }

    private static void Add(Plot plot, string criterion, CurvePoint[] points)
    {
        var style = CriterionStyle.Of(criterion);
        double[] removed = [.. points.Select(point => (double)point.Removed)];
        if (Place(criterion) > 0)
        {
            var band = plot.Add.FillY(
                removed, [.. points.Select(point => 100 * point.War.Lowest)], [.. points.Select(point => 100 * point.War.Highest)]);
            band.FillColor = style.Color.WithAlpha(0.12);
            band.LineWidth = 0;
        }
        var curve = plot.Add.Scatter(removed, [.. points.Select(point => 100 * point.War.Mean)], style.Color);
        curve.LineWidth = style.Width;
        curve.LinePattern = style.Pattern;
        curve.MarkerShape = style.Marker;
        curve.MarkerSize = 9;
        curve.MarkerLineWidth = 2;
        curve.LegendText = CriterionTitles.Of(criterion);
    }

    private static int Place(string criterion) => criterion switch
    {
        ReproductionOptions.Random => 1,
        RemovalOrder.Oracle => 2,
        "entropy" => 3,
        _ => 0,
    };
}
