using ScottPlot;

namespace GardenerML.Reporting.Figures;

/// <summary>Figure 1b of arXiv 2602.03918: accuracy over the share of blocks that is removed, a curve a criterion.</summary>
internal static class PruningCurvesFigure
{
    public static Figure Of(PruningExperiment experiment) => new(
        "pruning-curves", "Accuracy after pruning and fine-tuning", "A curve for each criterion; the table of accuracies has its numbers.",
        1100, 660, (plot, theme) => Fill(plot, theme, experiment));

    private static void Fill(Plot plot, FigureTheme theme, PruningExperiment experiment)
    {
        var baseline = plot.Add.HorizontalLine(100 * experiment.Unpruned.War.Mean, 1.5f, FigureTheme.Grey, LinePattern.DenselyDashed);
        baseline.LegendText = "all blocks";
        // What matters most comes last, over the rest.
        foreach (var curve in experiment.Curves.GroupBy(point => point.Criterion).OrderBy(curve => Place(curve.Key)))
            Add(plot, theme, curve.Key, [.. curve]);
        plot.XLabel("Blocks removed", 17);
        plot.YLabel("WAR, % (mean and range of seeds)", 17);
        plot.Axes.Bottom.SetTicks(
            [.. experiment.Curves.Select(point => (double)point.Removed).Distinct()],
            [.. experiment.Curves.DistinctBy(point => point.Removed).Select(point => $"{point.Removed}\n({point.Ratio:0%})")]);
        plot.ShowLegend(Edge.Right);
    }

    private static void Add(Plot plot, FigureTheme theme, string criterion, PruningCurvePoint[] points)
    {
        var style = CriterionStyle.Of(criterion, theme);
        double[] removed = [.. points.Select(point => (double)point.Removed)];
        if (Place(criterion) > 0)
        {
            var band = plot.Add.FillY(
                removed, [.. points.Select(point => 100 * point.War.Lowest)], [.. points.Select(point => 100 * point.War.Highest)]);
            band.FillColor = FigureTheme.Grey.WithAlpha(0.15);
            if (criterion != CriterionTitles.Oracle)
                band.FillColor = style.Color.WithAlpha(0.15);
            band.LineWidth = 0;
        }
        var curve = plot.Add.Scatter(removed, [.. points.Select(point => 100 * point.War.Mean)], style.Color);
        curve.LineWidth = style.Width;
        curve.LinePattern = style.Pattern;
        curve.MarkerShape = style.Marker;
        curve.MarkerSize = 9;
        curve.MarkerLineWidth = 2;
        curve.LegendText = Figure.Label(CriterionTitles.Of(criterion));
    }

    private static int Place(string criterion) => criterion switch
    {
        CriterionTitles.Random => 1,
        CriterionTitles.Oracle => 2,
        "entropy" => 3,
        _ => 0,
    };
}
