using GardenerML.Training;
using ScottPlot;

namespace GardenerML.Reporting.Figures;

/// <summary>Loss and accuracy over the epochs.</summary>
internal static class LearningCurvesFigure
{
    public static IEnumerable<Figure> Of(IReadOnlyList<EpochMetrics> history)
    {
        yield return Make("loss", "Loss over the epochs", "Mean loss", history, epoch => epoch.TrainingLoss, metrics => metrics.Loss);
        if (history.Any(epoch => !double.IsNaN(epoch.TrainingAccuracy)))
            yield return Make(
                "accuracy", "Accuracy over the epochs", "Accuracy (WAR)", history, epoch => epoch.TrainingAccuracy, metrics => metrics.Accuracy);
    }

    private static Figure Make(
        string name, string title, string axis, IReadOnlyList<EpochMetrics> history, Func<EpochMetrics, double> training,
        Func<ClipSetMetrics, double> validation) =>
        new(name, title, "A curve of training and, where there was any, one of validation; the table of the epochs has the numbers.", 600, 360,
            (plot, _) =>
            {
                Add("training", FigureTheme.Blue, LinePattern.Solid, MarkerShape.FilledCircle, training);
                Add("validation", FigureTheme.Orange, LinePattern.Dashed, MarkerShape.OpenCircle, epoch => epoch.Validation is { } metrics ? validation(metrics) : double.NaN);
                plot.XLabel("Epoch", 17);
                plot.YLabel(axis, 17);
                if (history.Count <= 20)
                    plot.Axes.Bottom.SetTicks([.. history.Select(epoch => (double)epoch.Epoch)], [.. history.Select(epoch => $"{epoch.Epoch}")]);
                plot.ShowLegend(Edge.Right);

                void Add(string legend, Color color, LinePattern pattern, MarkerShape marker, Func<EpochMetrics, double> value)
                {
                    var known = history.Where(epoch => double.IsFinite(value(epoch))).ToArray();
                    if (known.Length == 0)
                        return;
                    var curve = plot.Add.Scatter(
                        known.Select(epoch => (double)epoch.Epoch).ToArray(), known.Select(value).ToArray(), color);
                    curve.LineWidth = 2.5f;
                    curve.LinePattern = pattern;
                    curve.MarkerShape = marker;
                    curve.MarkerSize = known.Length > 40 ? 0 : 7;
                    curve.LegendText = legend;
                }
            });
}
