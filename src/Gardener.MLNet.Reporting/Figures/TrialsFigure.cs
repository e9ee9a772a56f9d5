using GardenerML.Reporting.Html;
using ScottPlot;

namespace GardenerML.Reporting.Figures;

/// <summary>Accuracy of the trials of a search against what they cost, with the front of those that no other is better than.</summary>
internal static class TrialsFigure
{
    public static IEnumerable<Figure> Of(IReadOnlyList<ReportedTrial> trials)
    {
        (string Name, string Title, string Axis, Func<ReportedTrial, double?> Cost)[] costs =
        [
            ("front-latency", "Accuracy against latency", "Latency of a clip, ms", trial => trial.LatencyInMilliseconds),
            ("front-size", "Accuracy against size", "Size, MB", trial => trial.ModelBytes / 1e6),
        ];
        return
            from cost in costs
            let known = trials.Where(trial => trial.Accuracy is not null && cost.Cost(trial) is not null).ToArray()
            where known.Length > 0
            select new Figure(
                cost.Name, cost.Title, $"{Numbers.Count(known.Length, "trial")}; the table of the trials has their numbers and says which are on a front.", 600, 400,
                (plot, _) => Fill(plot, known, cost.Axis, trial => cost.Cost(trial)!.Value));
    }

    private static void Fill(Plot plot, IReadOnlyList<ReportedTrial> trials, string axis, Func<ReportedTrial, double> cost)
    {
        var front = ReportedTrial.Front(trials, trial => cost(trial));
        Add("other trials", FigureTheme.Grey, 0, [.. trials.Where(trial => !front.Contains(trial))]);
        Add("Pareto front", FigureTheme.Orange, 2.5f, [.. trials.Where(front.Contains).OrderBy(cost)]);
        plot.XLabel(axis, 17);
        plot.YLabel("Accuracy (WAR), %", 17);
        plot.Axes.Margins(0.08, 0.1);
        // Around trials that are all alike the range would be that of the noise in nothing: a tenth of the cost, some percent of accuracy.
        var (cheapest, dearest) = (trials.Min(cost), trials.Max(cost));
        if (cheapest == dearest)
            plot.Axes.SetLimitsX(0.9 * cheapest, 1.1 * cheapest);
        var (worst, best) = (100 * trials.Min(trial => trial.Accuracy!.Value), 100 * trials.Max(trial => trial.Accuracy!.Value));
        if (worst == best)
            plot.Axes.SetLimitsY(worst - 5, best + 5);
        plot.ShowLegend(Edge.Right);

        void Add(string legend, Color color, float width, ReportedTrial[] some)
        {
            if (some.Length == 0)
                return;
            var points = plot.Add.Scatter(some.Select(cost).ToArray(), some.Select(trial => 100 * trial.Accuracy!.Value).ToArray(), color);
            points.LineWidth = width;
            points.ConnectStyle = ConnectStyle.StepHorizontal;
            points.MarkerSize = width > 0 ? 11 : 8;
            points.MarkerShape = width > 0 ? MarkerShape.FilledCircle : MarkerShape.OpenCircle;
            points.LegendText = legend;
        }
    }
}
