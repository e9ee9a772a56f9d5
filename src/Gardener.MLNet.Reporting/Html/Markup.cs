using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using GardenerML.Reporting.Figures;

namespace GardenerML.Reporting.Html;

/// <summary>
/// Builds the elements of a page. Texts are encoded when they are written, whatever they hold; what XML has no way to say becomes
/// U+FFFD.
/// </summary>
internal static class Markup
{
    /// <summary>The most rows of a table: more are read by nobody, and a page must stay small whatever a model tells.</summary>
    private const int MostRows = 1000;

    private const char Replacement = '\uFFFD';

    private static readonly XNamespace Xhtml = "http://www.w3.org/1999/xhtml";

    private static readonly HashSet<string> Void = ["img", "meta", "br"];

    /// <summary>An element.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">Texts, elements and attributes.</param>
    public static XElement Element(string name, params object?[] content) => new(Xhtml + name, content);

    /// <summary>An attribute.</summary>
    public static XAttribute Attribute(string name, string value) => new(name, value);

    /// <summary>A section with a heading.</summary>
    public static XElement Section(string id, string title, params object?[] content) =>
        Element("section", Attribute("id", id), Element("h2", title), content);

    /// <summary>A paragraph; numbers in it are written alike everywhere.</summary>
    public static XElement Paragraph(FormattableString text) => Element("p", Text(text));

    /// <summary>Text in which numbers are written alike everywhere.</summary>
    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>A figure with its title.</summary>
    public static XElement Drawn(Figure figure) => Element("figure", FigureSvg.Of(figure), Element("figcaption", figure.Title));

    /// <summary>A table; the first cell of a row is its heading.</summary>
    /// <param name="caption">What the table holds.</param>
    /// <param name="header">The headings of the columns.</param>
    /// <param name="rows">The cells: texts, or elements td.</param>
    public static XElement Table(string caption, IEnumerable<string> header, IEnumerable<IEnumerable<object>> rows)
    {
        var shown = rows.Take(MostRows + 1).ToArray();
        if (shown.Length > MostRows)
            caption += Text($" (the first {MostRows:N0} rows)");
        return Scrolled(caption, Element(
            "table",
            Element("caption", caption),
            Element("thead", Element("tr", header.Select((title, column) => Element("th", Attribute("scope", "col"), ClassOf(column), title)))),
            Element("tbody", shown.Take(MostRows).Select(row => Element("tr", row.Select(Cell))))));

        // A heading lies as the cells below it do.
        XAttribute? ClassOf(int column) =>
            (shown.FirstOrDefault()?.ElementAtOrDefault(column) as XElement)?.Attribute("class") is { Value: "text" } text ? new(text) : null;
    }

    /// <summary>What may be wider than the page.</summary>
    public static XElement Scrolled(string title, XElement content) => Element(
        "div", Attribute("class", "scroll"), Attribute("role", "region"), Attribute("tabindex", "0"), Attribute("aria-label", title), content);

    private static XElement Cell(object cell, int column) => cell as XElement ?? (column == 0
        ? Element("th", Attribute("scope", "row"), cell)
        : Element("td", cell));

    /// <summary>Writes elements as HTML that is well-formed XML too.</summary>
    public static string Write(XElement root)
    {
        foreach (var element in root.DescendantsAndSelf())
        {
            foreach (var attribute in element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration))
                attribute.Value = Clean(attribute.Value);
            foreach (var text in element.Nodes().OfType<XText>())
                text.Value = Clean(text.Value);
            // HTML knows no short form of other empty elements.
            if (element.Name.Namespace == Xhtml && element.IsEmpty && !Void.Contains(element.Name.LocalName))
                element.Value = "";
        }
        var html = new StringBuilder();
        using (var writer = XmlWriter.Create(html, new XmlWriterSettings { OmitXmlDeclaration = true, Indent = true, IndentChars = "", NewLineChars = "\n" }))
            root.Save(writer);
        return html.ToString();
    }

    /// <summary>Replaces what XML has no way to say: most control characters, and halves of surrogate pairs.</summary>
    public static string Clean(string text)
    {
        if (text.All(XmlConvert.IsXmlChar))
            return text;
        var clean = text.ToCharArray();
        for (var i = 0; i < clean.Length; i++)
        {
            if (i + 1 < clean.Length && XmlConvert.IsXmlSurrogatePair(clean[i + 1], clean[i]))
                i++;
            else if (!XmlConvert.IsXmlChar(clean[i]))
                clean[i] = Replacement;
        }
        return new string(clean);
    }
}
