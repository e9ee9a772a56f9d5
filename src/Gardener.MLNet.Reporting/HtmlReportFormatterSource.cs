using System.Diagnostics.CodeAnalysis;

namespace GardenerML.Reporting;

/// <summary>Makes the formatters that notebooks look for. They find it and its members by name, so no package of theirs is needed.</summary>
[SuppressMessage("Performance", "CA1822", Justification = "Notebooks look for members of an object.")]
internal sealed class HtmlReportFormatterSource
{
    /// <summary>One for HTML.</summary>
    public IEnumerable<object> CreateTypeFormatters()
    {
        yield return new HtmlReportFormatter();
    }
}
