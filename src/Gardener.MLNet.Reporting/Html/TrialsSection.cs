using System.Xml.Linq;
using GardenerML.Reporting.Figures;
using static GardenerML.Reporting.Html.Markup;

namespace GardenerML.Reporting.Html;

/// <summary>The trials of a search, and which of them no other is better than.</summary>
internal static class TrialsSection
{
    public static XElement Of(IReadOnlyList<ReportedTrial> trials, IEnumerable<Figure> figures)
    {
        var byLatency = ReportedTrial.Front(trials, trial => trial.LatencyInMilliseconds);
        var bySize = ReportedTrial.Front(trials, trial => trial.ModelBytes);
        return Section(
            "search", "Search",
            Paragraph($"{Numbers.Count(trials.Count, "trial")}. A trial is on the Pareto front where no other is as accurate and cheaper, or as cheap and more accurate."),
            trials.Any(trial => trial.IsSuperseded) ? Paragraph($"A superseded trial, whose training went on in another one, is on none, and below the others.") : null,
            Element("div", Attribute("class", "pair"), figures.Select(Drawn)),
            Table(
                "The trials, the most accurate first",
                ["Trial", "Accuracy", "Latency, ms", "Size, MB", "Parameters", "GFLOPs a clip", "Removed blocks", "Status", "On the front of"],
                trials.OrderBy(trial => trial.IsSuperseded).ThenByDescending(trial => trial.Accuracy ?? double.NegativeInfinity).Select(trial => (object[])
                [
                    trial.Name, Numbers.Share(trial.Accuracy), Numbers.Write(trial.LatencyInMilliseconds, "0.00"), Numbers.Write(trial.ModelBytes / 1e6, "0.00"),
                    Numbers.Write(trial.Parameters, "N0"), Numbers.Write(trial.GigaFlops, "0.0000"),
                    Word(trial.RemovedBlocks is { } blocks ? blocks.Count == 0 ? "none" : BlockList.Text(blocks) : Numbers.Missing), Word(trial.Reason is { } reason ? $"{trial.Status}: {reason}" : trial.Status),
                    Word(string.Join(", ", Fronts(trial))),
                ])));

        IEnumerable<string> Fronts(ReportedTrial trial)
        {
            if (byLatency.Contains(trial))
                yield return "latency";
            if (bySize.Contains(trial))
                yield return "size";
        }
    }

    private static XElement Word(string text) => Element("td", Attribute("class", "text"), text);
}
