using System.Xml.Linq;
using GardenerML.Reporting;

namespace GardenerML.Tests.Reporting;

/// <summary>Finds things in a page by reading it as XML.</summary>
internal static class ReportReader
{
    public static readonly XNamespace Xhtml = "http://www.w3.org/1999/xhtml";

    /// <summary>The page of a report.</summary>
    public static XElement Page(this HtmlReport report) => Parse(report.ToHtml());

    /// <summary>The root of a page.</summary>
    public static XElement Parse(string html)
    {
        const string Doctype = "<!DOCTYPE html>\n";
        Assert.IsTrue(html.StartsWith(Doctype, StringComparison.Ordinal));
        return XElement.Parse(html[Doctype.Length..]);
    }

    public static IEnumerable<XElement> All(this XElement page, string name) => page.Descendants(Xhtml + name);

    public static string[] SectionIds(this XElement page) => [.. page.All("section").Select(section => section.Attribute("id")!.Value)];

    public static XElement Section(this XElement page, string id) => page.All("section").Single(section => section.Attribute("id")!.Value == id);

    /// <summary>The rows of the table whose caption begins with a text, each with its cells.</summary>
    public static string[][] Rows(this XElement page, string caption) =>
    [
        .. page.All("table").Single(table => table.Element(Xhtml + "caption")!.Value.StartsWith(caption, StringComparison.Ordinal))
            .Element(Xhtml + "tbody")!.Elements().Select(row => row.Elements().Select(cell => cell.Value).ToArray()),
    ];

    /// <summary>What stands beside a term of a list.</summary>
    public static string Value(this XElement page, string term) =>
        ((XElement)page.All("dt").Single(name => name.Value == term).NextNode!).Value;
}
