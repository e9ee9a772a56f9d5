using System.Xml.Linq;
using GardenerML.Reporting.Figures;
using static GardenerML.Reporting.Html.Markup;

namespace GardenerML.Reporting.Html;

/// <summary>The page of a report.</summary>
internal static class ReportPage
{
    private const string PageStyle =
        "body { margin: 0; background: #ffffff; }\n@media (prefers-color-scheme: dark) { body { background: #14181d; } }\n";

    private static readonly string Style = ReadStyle();

    /// <summary>The whole page.</summary>
    public static string Write(HtmlReport report)
    {
        var sections = Sections(report).ToArray();
        var page = Element(
            "html", Attribute("lang", "en"),
            Element(
                "head",
                Element("meta", Attribute("charset", "utf-8")),
                Element("meta", Attribute("name", "viewport"), Attribute("content", "width=device-width, initial-scale=1")),
                Element("meta", Attribute("name", "color-scheme"), Attribute("content", "light dark")),
                Element("title", report.Title),
                Element("style", PageStyle + Style)),
            Element(
                "body",
                Element("main", Attribute("class", "gardener-report"), Heading(report), Contents(sections), sections)));
        return "<!DOCTYPE html>\n" + Markup.Write(page) + "\n";
    }

    /// <summary>The report for a page that is there already, such as a notebook.</summary>
    public static string WriteFragment(HtmlReport report) => Markup.Write(Element(
        "div", Attribute("class", "gardener-report"), Element("style", Style), Heading(report), Sections(report)));

    private static XElement Heading(HtmlReport report) => Element("h1", report.Title);

    private static XElement? Contents(XElement[] sections) => sections.Length < 3 ? null : Element(
        "nav", Attribute("aria-label", "Sections"),
        Element("ul", sections.Select(section => Element(
            "li", Element("a", Attribute("href", "#" + section.Attribute("id")!.Value), section.Elements().First().Value)))));

    private static IEnumerable<XElement> Sections(HtmlReport report)
    {
        XElement?[] sections =
        [
            ModelSection.Of(report.Facts, report.Costs),
            report.Metrics is { } metrics ? EvaluationSection.Of(metrics) : null,
            report.Predictions.Count > 0 ? PredictionsSection.Of(report.Predictions) : null,
            report.PruningPlan is { } plan ? BlocksSection.Of(plan, ReportFigures.Blocks(report)) : null,
            report.Weights.Count > 0 ? WeightsSection.Of(report.Weights, ReportFigures.Weights(report)) : null,
            report.TrainingHistory.Count > 0 ? HistorySection.Of(report.TrainingHistory, ReportFigures.History(report)) : null,
            report.Experiment is { } experiment ? ExperimentSection.Of(experiment, ReportFigures.Experiment(report)) : null,
            report.Trials.Count > 0 ? TrialsSection.Of(report.Trials, ReportFigures.Trials(report)) : null,
        ];
        return sections.OfType<XElement>();
    }

    private static string ReadStyle()
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
