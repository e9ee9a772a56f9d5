using ScottPlot;

namespace GardenerML.Benchmarks.LearningCurves;

/// <summary>Test accuracy over epochs: a panel a start, a colour a size, the mean as a line and the range as a band.</summary>
internal static class LearningCurvePlot
{
    private static readonly ScottPlot.Palettes.Category10 Palette = new();

    public static void Save(string path, IReadOnlyCollection<IGrouping<LearningRun, LearningCurve>> groups)
    {
        var starts = groups.GroupBy(group => group.Key.Start).ToArray();
        var panels = new Multiplot();
        panels.AddPlots(starts.Length);
        panels.Layout = new ScottPlot.MultiplotLayouts.Grid(1, starts.Length);
        for (var i = 0; i < starts.Length; i++)
        {
            var plot = panels.GetPlot(i);
            plot.Title(starts[i].Key == LearningRun.FromRandom ? "From random weights" : $"From {starts[i].Key}");
            plot.XLabel("Epoch");
            plot.YLabel("Test accuracy");
            var colour = 0;
            foreach (var group in starts[i].OrderBy(group => group.Key.Removed))
                Add(plot, group, Palette.GetColor(colour++));
            plot.Axes.SetLimitsY(0, 1);
            plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { IntegerTicksOnly = true };
            plot.ShowLegend(Edge.Bottom);
        }
        panels.SavePng(path, 640 * starts.Length, 480);
    }

    private static void Add(Plot plot, IGrouping<LearningRun, LearningCurve> group, Color colour)
    {
        var epochs = Enumerable.Range(0, group.Key.Epochs).ToArray();
        double[] xs = [.. epochs.Select(epoch => epoch + 1.0)];
        var band = plot.Add.FillY(xs, Of(Enumerable.Min), Of(Enumerable.Max));
        band.FillColor = colour.WithAlpha(0.2);
        band.LineWidth = 0;
        var line = plot.Add.Scatter(xs, Of(Enumerable.Average), colour);
        line.LegendText = $"{group.Key.Removed} of {group.Key.Blocks} blocks removed";

        double[] Of(Func<IEnumerable<double>, double> what) =>
            [.. epochs.Select(epoch => what(group.Select(curve => curve.TestAccuracies[epoch])))];
    }
}
