using ScottPlot;

namespace GardenerML.Samples.Reproduction;

/// <summary>What the figures have in common.</summary>
internal static class Axes
{
    public static void Label(Plot plot, string title, string horizontal, string vertical)
    {
        plot.Title(title, 20);
        plot.XLabel(horizontal, 17);
        plot.YLabel(vertical, 17);
        foreach (var axis in (IAxis[])[plot.Axes.Bottom, plot.Axes.Left])
            axis.TickLabelStyle.FontSize = 15;
        plot.Grid.MajorLineColor = Colors.Black.WithOpacity(0.08);
        plot.HideAxesEdges();
    }

    private static void HideAxesEdges(this Plot plot)
    {
        plot.Axes.Top.FrameLineStyle.Width = 0;
        plot.Axes.Right.FrameLineStyle.Width = 0;
    }
}
