using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Xml.Linq;

namespace GardenerML.Reporting.Figures;

/// <summary>
/// Figures as SVG inside a page: they take the page's colours and fonts, scale with it, and say what they show to those who cannot
/// see them.
/// </summary>
internal static class FigureSvg
{
    private const string Reference = "url(#";

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>The element.</summary>
    public static XElement Of(Figure figure)
    {
        using var plot = figure.Draw(FigureTheme.Page);
        var svg = XElement.Parse(plot.GetSvgXml(figure.Width, figure.Height));
        foreach (var element in svg.DescendantsAndSelf().ToArray())
        {
            foreach (var attribute in element.Attributes().ToArray())
                Rewrite(element, attribute);
            if (element.Name == Svg + "text")
                Free(element);
        }
        Rename(svg);
        svg.ReplaceAttributes(
            new XAttribute("viewBox", $"0 0 {figure.Width} {figure.Height}"), new XAttribute("role", "img"),
            new XAttribute("aria-label", $"{figure.Title}. {figure.Description}"));
        return svg;
    }

    private static void Rewrite(XElement element, XAttribute attribute)
    {
        if (attribute.Value == FigureTheme.Page.Ink.ToHex())
            attribute.Value = "currentColor";
        else if (attribute.Value == FigureTheme.Page.Paper.ToHex())
            attribute.Value = "var(--paper)";
        else if (attribute.Value == FigureTheme.Page.Grid.ToHex())
        {
            attribute.Value = "currentColor";
            element.SetAttributeValue("opacity", "0.15");
        }
    }

    /// <summary>
    /// Names of elements count on through the process, and several figures, and several reports in a notebook, are in one page: here
    /// the same name means the same, and the same figure has the same names.
    /// </summary>
    private static void Rename(XElement svg)
    {
        var ids = svg.Descendants().Attributes("id").ToArray();
        var numbers = ids.Index().ToDictionary(id => id.Item.Value, id => id.Index);
        XAttribute[] references = [.. svg.Descendants().Attributes().Where(attribute => attribute.Value.StartsWith(Reference, StringComparison.Ordinal))];
        var targets = Array.ConvertAll(references, reference => numbers[reference.Value[Reference.Length..^1]]);
        Set("");
        Set($"f{XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(svg.ToString())):x}-");

        void Set(string prefix)
        {
            foreach (var (number, id) in ids.Index())
                id.Value = $"{prefix}{number}";
            foreach (var (reference, number) in references.Zip(targets))
                reference.Value = $"{Reference}{prefix}{number})";
        }
    }

    /// <summary>
    /// A text has the place of each letter in a font of the machine that drew it. Where it begins and how wide it may be is all that
    /// is kept, so that any font will do.
    /// </summary>
    private static void Free(XElement text)
    {
        text.Value = text.Value.Trim();
        text.SetAttributeValue("font-family", null);
        text.SetAttributeValue("y", Numbers(text, "y").Append(0).First());
        var places = Numbers(text, "x");
        text.SetAttributeValue("x", places.Append(0).First());
        if (places.Length > 6 && places[^1] > places[0])
        {
            var width = (places[^1] - places[0]) * places.Length / (places.Length - 1);
            text.SetAttributeValue("textLength", Math.Round(width, 1).ToString(CultureInfo.InvariantCulture));
            text.SetAttributeValue("lengthAdjust", "spacingAndGlyphs");
        }
    }

    private static double[] Numbers(XElement text, string name) =>
    [
        .. (text.Attribute(name)?.Value ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)
            .Select(number => double.Parse(number, CultureInfo.InvariantCulture)),
    ];
}
