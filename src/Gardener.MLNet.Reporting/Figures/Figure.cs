using GardenerML.Reporting.Html;
using ScottPlot;

namespace GardenerML.Reporting.Figures;

/// <summary>A plot that can be drawn in several colours.</summary>
/// <param name="Name">The name of its file, without extension.</param>
/// <param name="Title">What it shows, in a few words.</param>
/// <param name="Description">What is to be seen in it, for those who cannot see it.</param>
/// <param name="Width">Its width, in pixels of the PNG.</param>
/// <param name="Height">Its height.</param>
/// <param name="Fill">Adds what it shows to an empty plot.</param>
internal sealed record Figure(string Name, string Title, string Description, int Width, int Height, Action<Plot, FigureTheme> Fill)
{
    private const int LongestLabel = 48;

    /// <summary>Draws it, to be disposed by the caller.</summary>
    public Plot Draw(FigureTheme theme)
    {
        var plot = new Plot();
        plot.Font.Set(FigureTheme.Font);
        plot.FigureBackground.Color = theme.Paper;
        plot.DataBackground.Color = theme.Paper;
        plot.Axes.Color(theme.Ink);
        plot.Grid.MajorLineColor = theme.Grid;
        plot.Axes.Top.FrameLineStyle.Width = 0;
        plot.Axes.Right.FrameLineStyle.Width = 0;
        foreach (var axis in (IAxis[])[plot.Axes.Bottom, plot.Axes.Left])
            axis.TickLabelStyle.FontSize = 15;
        plot.Legend.FontSize = 15;
        plot.Legend.FontColor = theme.Ink;
        plot.Legend.BackgroundColor = theme.Paper;
        plot.Legend.OutlineColor = theme.Grid;
        plot.Legend.ShadowColor = Colors.Transparent;
        Fill(plot, theme);
        if (theme.HasTitle)
            plot.Title(Title, 20);
        return plot;
    }

    /// <summary>A text from outside for a legend or an axis: short, and without what SVG has no way to say.</summary>
    public static string Label(string text) => Markup.Clean(text.Length <= LongestLabel ? text : text[..LongestLabel] + "...");

    /// <summary>The figure for a white page.</summary>
    /// <returns>A PNG file.</returns>
    public byte[] ToPng()
    {
        using var plot = Draw(FigureTheme.White);
        return plot.GetImageBytes(Width, Height, ImageFormat.Png);
    }
}
