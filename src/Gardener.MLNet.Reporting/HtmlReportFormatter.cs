using System.Diagnostics.CodeAnalysis;
using GardenerML.Reporting.Html;

namespace GardenerML.Reporting;

/// <summary>Shows a report in a notebook. Found by the names of its members (<see cref="HtmlReportFormatterSource"/>).</summary>
[SuppressMessage("Performance", "CA1822", Justification = "Notebooks look for members of an object.")]
internal sealed class HtmlReportFormatter
{
    /// <summary>What is written.</summary>
    public string MimeType => "text/html";

    /// <summary>Writes a report without the page around it.</summary>
    /// <returns>Whether the object is a report.</returns>
    public bool Format(object instance, TextWriter writer)
    {
        if (instance is not HtmlReport report)
            return false;
        writer.Write(ReportPage.WriteFragment(report));
        return true;
    }
}
