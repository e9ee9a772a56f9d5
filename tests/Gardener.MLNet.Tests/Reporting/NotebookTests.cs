using System.Xml.Linq;
using GardenerML.Reporting;
using Microsoft.DotNet.Interactive.Formatting;

namespace GardenerML.Tests.Reporting;

/// <summary>Notebooks show a report by themselves: their own formatter finds ours by its name.</summary>
[TestClass]
public sealed class NotebookTests
{
    [TestMethod]
    public void The_formatter_of_notebooks_shows_a_report_as_HTML()
    {
        var report = ReportData.Full(ReportData.Hostile);
        CollectionAssert.AreEqual(new[] { "text/html" }, Formatter.GetPreferredMimeTypesFor(typeof(HtmlReport)).ToArray());
        var shown = XElement.Parse(report.ToDisplayString("text/html"));
        Assert.AreEqual("div", shown.Name.LocalName);
        CollectionAssert.AreEqual(report.Page().SectionIds(), shown.SectionIds());
        Assert.AreEqual(ReportData.HostileShown, shown.All("h1").Single().Value);
        // All of the style is of the report alone, as the notebook around it has its own.
        var selectors = shown.All("style").Single().Value.Split('\n').Where(line => line.Contains('{') && !line.StartsWith('@'));
        Assert.IsTrue(selectors.All(line => line.TrimStart().StartsWith(".gardener-report", StringComparison.Ordinal)));
    }
}
