using System.Globalization;
using System.Text;

namespace GardenerML.Evaluation;

/// <summary>Metrics as text for people.</summary>
internal static class MetricsTable
{
    private const int WidestName = 24;

    public static string Of(VideoClassificationMetrics metrics)
    {
        var text = new StringBuilder();
        var views = metrics.Views switch
        {
            null => "",
            { Count: 1 } => ", one view of each",
            var several => $", {several} views (clips x crops) averaged",
        };
        Line($"Clips                    {metrics.ClipCount}{views}");
        if (metrics.SkippedCount > 0)
            Line($"Left out, unreadable     {metrics.SkippedCount}");
        if (metrics.UnlabelledCount > 0)
            Line($"Left out, no label       {metrics.UnlabelledCount}");
        Line($"Accuracy (top-1, WAR)    {metrics.Accuracy:0.0000}");
        Line($"Top-5 accuracy           {metrics.Top5Accuracy:0.0000}");
        Line($"Mean class recall (UAR)  {metrics.Uar:0.0000}");
        Line($"Log-loss (nats)          {metrics.LogLoss:0.0000}");
        text.AppendLine();

        var width = Math.Clamp(metrics.ClassNames.Max(name => name.Length), "Class".Length, WidestName);
        Line($"{"Class".PadRight(width)}  {"Clips",6}  Recall  Most often taken for");
        for (var label = 0; label < metrics.ClassNames.Count; label++)
        {
            var row = metrics.ConfusionMatrix[label];
            var value = metrics.PerClassRecall[label];
            var recall = double.IsNaN(value) ? "-" : value.ToString("0.0000", CultureInfo.InvariantCulture);
            Line($"{Name(label).PadRight(width)}  {row.Sum(),6}  {recall,6}  {Confused(label, row)}");
        }
        return text.ToString().TrimEnd();

        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture).TrimEnd());

        string Name(int label)
        {
            var name = metrics.ClassNames[label];
            return name.Length <= WidestName ? name : name[..(WidestName - 3)] + "...";
        }

        string Confused(int label, IReadOnlyList<long> row)
        {
            var others = Enumerable.Range(0, row.Count).Where(each => each != label);
            var other = others.DefaultIfEmpty(label).MaxBy(each => row[each]);
            return other != label && row[other] > 0 ? $"{Name(other)} ({row[other]})" : "";
        }
    }
}
