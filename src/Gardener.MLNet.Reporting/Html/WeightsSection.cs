using System.Xml.Linq;
using GardenerML.Reporting.Figures;
using static GardenerML.Reporting.Html.Markup;

namespace GardenerML.Reporting.Html;

/// <summary>How the weights are distributed.</summary>
internal static class WeightsSection
{
    public static XElement Of(IReadOnlyList<WeightHistogram> histograms, IEnumerable<Figure> figures) => Section(
        "weights", "Weights",
        Paragraph($"The weights of the four matrices of each block, after fine-tuning, in thirds of the depth. Blocks are numbered as in the checkpoint that was pruned."),
        figures.Select(Drawn),
        Table(
            "The weights of each part", ["Part", "Blocks", "Weights", "Mean", "Standard deviation", "Beyond the figure"],
            histograms.Select(histogram => (object[])
            [
                histogram.Name, BlockList.Text(histogram.Blocks), Text($"{histogram.Total:N0}"), Numbers.Write(histogram.Mean, "0.000000"),
                Numbers.Write(histogram.StandardDeviation, "0.000000"), Numbers.Write(histogram.Outside, "0.00%"),
            ])));
}
