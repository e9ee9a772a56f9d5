using System.Xml.Linq;
using GardenerML.Reporting.Figures;
using GardenerML.Training;
using static GardenerML.Reporting.Html.Markup;

namespace GardenerML.Reporting.Html;

/// <summary>How training went.</summary>
internal static class HistorySection
{
    private const int MostRowsInView = 20;

    public static XElement Of(IReadOnlyList<EpochMetrics> history, IEnumerable<Figure> figures)
    {
        var table = Epochs(history);
        return Section(
            "training", "Training", Element("div", Attribute("class", "pair"), figures.Select(Drawn)),
            history.Count <= MostRowsInView ? table : Element("details", Element("summary", Text($"All {history.Count} epochs")), table));
    }

    private static XElement Epochs(IReadOnlyList<EpochMetrics> history)
    {
        var validated = history.Any(epoch => epoch.Validation is not null);
        return Table(
            "The epochs",
            ["Epoch", "Training loss", "Training accuracy", .. validated ? ["Validation loss", "Validation accuracy (WAR)", "Mean class recall (UAR)"] : Array.Empty<string>(), "Learning rate", "Clips a second"],
            history.Select(epoch => (object[])
            [
                Text($"{epoch.Epoch}"), Numbers.Share(epoch.TrainingLoss), Numbers.Share(epoch.TrainingAccuracy),
                .. validated
                    ? [Numbers.Share(epoch.Validation?.Loss), Numbers.Share(epoch.Validation?.Accuracy), Numbers.Share(epoch.Validation?.MeanClassRecall)]
                    : Array.Empty<string>(),
                Numbers.Write(epoch.LearningRate, "0.##e+0"), Numbers.Write(epoch.ClipsPerSecond, "0.0"),
            ]));
    }
}
