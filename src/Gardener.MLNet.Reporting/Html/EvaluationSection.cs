using System.Xml.Linq;
using GardenerML.Evaluation;
using static GardenerML.Reporting.Html.Markup;

namespace GardenerML.Reporting.Html;

/// <summary>How well videos are labelled.</summary>
internal static class EvaluationSection
{
    private const int MostClassesOfTable = 24, MostClassesOfMap = 2048, ShownConfusions = 12;

    public static XElement Of(VideoClassificationMetrics metrics) => Section(
        "evaluation", "Evaluation",
        Element("dl", Summary(metrics).Select(entry => new[] { Element("dt", entry.Name), Element("dd", entry.Value) })),
        metrics.ClassNames.Count <= MostClassesOfTable ? Confusion(metrics)
            : metrics.ClassNames.Count <= MostClassesOfMap ? Map(metrics)
            : null,
        Confusions(metrics),
        Classes(metrics));

    private static IEnumerable<(string Name, string Value)> Summary(VideoClassificationMetrics metrics)
    {
        yield return ("Accuracy (top-1, WAR)", Numbers.Share(metrics.Accuracy));
        yield return ("Mean class recall (UAR)", Numbers.Share(metrics.Uar));
        if (metrics.ClassNames.Count > 5)
            yield return ("Top-5 accuracy", Numbers.Share(metrics.Top5Accuracy));
        yield return ("Log-loss, nats", Numbers.Share(metrics.LogLoss));
        yield return ("Clips", Text($"{metrics.ClipCount:N0}") + (metrics.Views is { Count: > 1 } views ? $", {views} views of each averaged" : ""));
        if (metrics.SkippedCount > 0)
            yield return ("Left out, unreadable", Text($"{metrics.SkippedCount:N0}"));
        if (metrics.UnlabelledCount > 0)
            yield return ("Left out, no label", Text($"{metrics.UnlabelledCount:N0}"));
    }

    private static XElement Confusion(VideoClassificationMetrics metrics)
    {
        const string Title = "Confusion matrix: true classes in rows, predicted ones in columns, numbers of clips";
        var classes = Enumerable.Range(0, metrics.ClassNames.Count).ToArray();
        return Scrolled(Title, Element(
            "table", Attribute("class", "confusion"),
            Element("caption", Title),
            Element("thead", Element(
                "tr", Element("td"), metrics.ClassNames.Select(name => Element("th", Attribute("scope", "col"), Element("span", name))))),
            Element("tbody", classes.Select(label => Element(
                "tr", Element("th", Attribute("scope", "row"), metrics.ClassNames[label]),
                classes.Select(predicted => Count(metrics, label, predicted)))))));
    }

    private static XElement Count(VideoClassificationMetrics metrics, int label, int predicted)
    {
        var row = metrics.ConfusionMatrix[label];
        var share = row[predicted] / (double)Math.Max(1, row.Sum());
        return Element(
            "td", Attribute("class", row[predicted] == 0 ? "none" : label == predicted ? "right" : "wrong"), Attribute("style", Text($"--share: {100 * share:0.#}%")),
            Text($"{row[predicted]}"));
    }

    private static XElement Map(VideoClassificationMetrics metrics) => Element(
        "figure",
        Element(
            "img", Attribute("class", "map"), Attribute("src", "data:image/png;base64," + Convert.ToBase64String(ConfusionImage.Encode(metrics))),
            Attribute("alt", "The confusion matrix as a picture; the tables below have the numbers.")),
        Element(
            "figcaption",
            Text($"Confusion matrix of {metrics.ClassNames.Count} classes: true ones from top to bottom, predicted ones from left to right, in the order of the table of recalls. Blue is right, orange is wrong; the stronger, the larger the share of the true class.")));

    private static XElement? Confusions(VideoClassificationMetrics metrics)
    {
        var pairs = (
            from label in Enumerable.Range(0, metrics.ClassNames.Count)
            from predicted in Enumerable.Range(0, metrics.ClassNames.Count)
            let clips = metrics.ConfusionMatrix[label][predicted]
            where label != predicted && clips > 0
            orderby clips descending, label, predicted
            select (label, predicted, clips)).Take(ShownConfusions).ToArray();
        return pairs.Length == 0 ? null : Table(
            "The commonest confusions", ["True class", "Predicted class", "Clips"],
            pairs.Select(pair => (object[])
            [
                metrics.ClassNames[pair.label], Element("td", Attribute("class", "text"), metrics.ClassNames[pair.predicted]), Text($"{pair.clips}"),
            ]));
    }

    private static XElement Classes(VideoClassificationMetrics metrics) => Table(
        "Recall of each class: the share of its clips that are labelled right", ["Class", "Clips", "Recall", ""],
        metrics.ClassNames.Select((name, label) => (object[])
        [
            name, Text($"{metrics.ConfusionMatrix[label].Sum()}"), Numbers.Share(metrics.PerClassRecall[label]),
            Element("td", Attribute("class", "bar"), Attribute("aria-hidden", "true"), Element(
                "span", Attribute("style", Text($"width: {(double.IsNaN(metrics.PerClassRecall[label]) ? 0 : 100 * metrics.PerClassRecall[label]):0.#}%")))),
        ]));
}
