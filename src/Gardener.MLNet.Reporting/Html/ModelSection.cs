using System.Xml.Linq;
using static GardenerML.Reporting.Html.Markup;

namespace GardenerML.Reporting.Html;

/// <summary>The model in a few lines, and what it costs.</summary>
internal static class ModelSection
{
    public static XElement? Of(IReadOnlyList<ReportFact> facts, IReadOnlyList<ModelCost> costs)
    {
        if (facts.Count == 0 && costs.Count == 0)
            return null;
        return Section(
            "model", "Overview",
            facts.Count == 0 ? null : Element("dl", facts.Select(fact => new[] { Element("dt", fact.Name), Element("dd", fact.Value) })),
            costs.Count == 0 ? null : Costs(costs));
    }

    private static XElement Costs(IReadOnlyList<ModelCost> costs)
    {
        var measured = costs.Any(cost => cost.LatencyInMilliseconds is not null);
        var rows = new List<(string Name, Func<ModelCost, double> Value, string Format)>
        {
            ("Transformer blocks", cost => cost.Blocks, "N0"),
            ("Parameters", cost => cost.Parameters, "N0"),
            ("GFLOPs a clip (multiply-adds)", cost => cost.GigaFlops, "0.0000"),
        };
        if (measured)
        {
            rows.Add(("Time of a clip alone, ms", cost => cost.LatencyInMilliseconds ?? double.NaN, "0.00"));
            rows.Add(("Clips per second, one at a time", cost => 1000 / cost.LatencyInMilliseconds ?? double.NaN, "0.0"));
        }
        var compared = costs.Count == 2;
        return Table(
            measured ? "What the model costs; times are of the machine that made this report, decoding left out" : "What the model costs",
            ["", .. costs.Select(cost => cost.Name), .. compared ? ["Change"] : Array.Empty<string>()],
            rows.Select(row => (object[])
            [
                row.Name, .. costs.Select(cost => Numbers.Write(row.Value(cost), row.Format)),
                .. compared ? [Numbers.Write((row.Value(costs[1]) / row.Value(costs[0])) - 1, "+0.0%;-0.0%;0.0%")] : Array.Empty<string>(),
            ]));
    }
}
