using ScottPlot;

namespace GardenerML.Reporting.Figures;

/// <summary>How a criterion's curve is drawn; equal curves lie over each other, so the later ones are thinner.</summary>
/// <param name="Color">Its colour, told apart by the colour-blind too.</param>
/// <param name="Width">The width of its line.</param>
/// <param name="Marker">The shape of its points.</param>
/// <param name="Pattern">The pattern of its line.</param>
internal readonly record struct CriterionStyle(Color Color, float Width, MarkerShape Marker, LinePattern Pattern)
{
    public static CriterionStyle Of(string criterion, FigureTheme theme) => criterion switch
    {
        "entropy" => new(FigureTheme.Orange, 4, MarkerShape.FilledCircle, LinePattern.Solid),
        CriterionTitles.Oracle => new(theme.Ink, 3, MarkerShape.FilledSquare, LinePattern.Solid),
        CriterionTitles.Random => new(FigureTheme.Grey, 3, MarkerShape.FilledDiamond, LinePattern.Dashed),
        "mean" => new(Color.FromHex("#0072B2"), 3, MarkerShape.OpenCircle, LinePattern.Solid),
        "l1" => new(Color.FromHex("#56B4E9"), 1.5f, MarkerShape.OpenSquare, LinePattern.Dashed),
        "variance" => new(FigureTheme.Green, 3, MarkerShape.OpenDiamond, LinePattern.Solid),
        "std" => new(Color.FromHex("#8FD9B6"), 1.5f, MarkerShape.OpenCircle, LinePattern.Dashed),
        "l2" => new(Color.FromHex("#CC79A7"), 2, MarkerShape.OpenTriangleUp, LinePattern.Solid),
        "kurtosis" => new(Color.FromHex("#B8860B"), 2, MarkerShape.OpenTriangleDown, LinePattern.Solid),
        "mutual-information" => new(Color.FromHex("#8A63B8"), 2, MarkerShape.Cross, LinePattern.Solid),
        "value-entropy" => new(Color.FromHex("#A65628"), 2, MarkerShape.Eks, LinePattern.Dotted),
        _ => new(FigureTheme.Grey, 1.5f, MarkerShape.Asterisk, LinePattern.Dotted),
    };
}
