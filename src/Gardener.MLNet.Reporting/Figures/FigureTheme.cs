using ScottPlot;

namespace GardenerML.Reporting.Figures;

/// <summary>The colours of a figure that depend on the page around it.</summary>
/// <param name="Ink">Text and axes.</param>
/// <param name="Grid">Faint lines.</param>
/// <param name="Paper">The background.</param>
/// <param name="HasTitle">Whether the title stands in the figure; a page has it beside.</param>
internal sealed record FigureTheme(Color Ink, Color Grid, Color Paper, bool HasTitle)
{
    /// <summary>Black on white.</summary>
    public static FigureTheme White { get; } = new(Colors.Black, Colors.Black.WithOpacity(0.08), Colors.White, HasTitle: true);

    /// <summary>
    /// Colours that stand for those of the page, which are put in their place (<see cref="FigureSvg"/>); nothing else is drawn in
    /// them.
    /// </summary>
    public static FigureTheme Page { get; } = new(Color.FromHex("#010203"), Color.FromHex("#010204"), Color.FromHex("#010205"), HasTitle: false);

    /// <summary>A sans-serif font that the machine has; the page shows its own.</summary>
    public static string Font { get; } = new[] { "Segoe UI", "Helvetica Neue", "Arial", "Liberation Sans", "DejaVu Sans" }
        .FirstOrDefault(IsThere) ?? Fonts.Sans;

    /// <summary>What stays, and what is of the model.</summary>
    public static Color Blue { get; } = Color.FromHex("#3B8BD1");

    /// <summary>What goes, and what matters most.</summary>
    public static Color Orange { get; } = Color.FromHex("#D55E00");

    /// <summary>A third colour, told apart from the others by the colour-blind too.</summary>
    public static Color Green { get; } = Color.FromHex("#009E73");

    /// <summary>What matters less.</summary>
    public static Color Grey { get; } = Color.FromHex("#7F7F7F");

    private static bool IsThere(string font)
    {
        using var face = SkiaSharp.SKFontManager.Default.MatchFamily(font);
        return face is not null;
    }
}
