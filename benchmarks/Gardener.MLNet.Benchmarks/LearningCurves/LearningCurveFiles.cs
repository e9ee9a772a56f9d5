using System.Globalization;
using System.Text;
using GardenerML.Checkpoints;

namespace GardenerML.Benchmarks.LearningCurves;

/// <summary>
/// The folder of results. <c>runs.csv</c> has a line for each finished run and is what is read again; <c>curves.csv</c>,
/// <c>summary.csv</c> and <c>curves.png</c> follow from it.
/// </summary>
internal sealed class LearningCurveFiles
{
    private readonly string _folder;
    private readonly List<LearningCurve> _curves;

    public LearningCurveFiles(string folder)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        var runs = File("runs.csv");
        _curves = !System.IO.File.Exists(runs) ? []
            : [.. System.IO.File.ReadLines(runs).Skip(1).Select(LearningCurve.Parse).OfType<LearningCurve>()];
    }

    /// <summary>The curve of a run; null where it is not finished.</summary>
    public LearningCurve? Find(LearningRun run) => _curves.Find(curve => curve.Run == run);

    /// <summary>Where the state of a run is kept while it lasts.</summary>
    public string StateOf(LearningRun run) => Path.Combine(_folder, "state", run.Name);

    /// <summary>Adds a finished run.</summary>
    public void Add(LearningCurve curve)
    {
        _curves.Add(curve);
        Write("runs.csv", [LearningCurve.Header, .. _curves.Select(each => each.ToCsv())]);
        if (Directory.Exists(StateOf(curve.Run)))
            Directory.Delete(StateOf(curve.Run), recursive: true);
    }

    /// <summary>Writes the curves, their summary and their plot.</summary>
    /// <param name="runs">What was asked for; what is not finished is left out.</param>
    /// <returns>The summary as a table for people.</returns>
    public string Summarise(IEnumerable<LearningRun> runs)
    {
        var finished = runs.Select(Find).OfType<LearningCurve>().ToArray();
        Write("curves.csv", finished.SelectMany(curve => curve.TestAccuracies.Select((accuracy, epoch) => Row(
            curve.Run.Start, curve.Run.Ratio, curve.Run.Removed, curve.Run.Seed, epoch + 1, accuracy, curve.TrainingLosses[epoch])))
            .Prepend("start,ratio,removed,seed,epoch,test_accuracy,training_loss"));
        var groups = finished.GroupBy(curve => curve.Run with { Seed = 0 }).ToArray();
        Write("summary.csv", groups.Select(group =>
        {
            var last = group.Select(curve => curve.TestAccuracies[^1]).ToArray();
            return Row(
                group.Key.Start, group.Key.Ratio, group.Key.Removed, group.Key.Blocks, group.Key.Epochs, group.Key.LearningRate, last.Length,
                last.Average(), last.Min(), last.Max(), group.Average(curve => curve.TrainingLosses[^1]));
        }).Prepend("start,ratio,removed,blocks,epochs,learning_rate,runs,mean_test_accuracy,lowest,highest,mean_training_loss"));
        if (groups.Length > 0)
            LearningCurvePlot.Save(File("curves.png"), groups);

        var table = new StringBuilder("| start | blocks removed | runs | test accuracy | range |\n| --- | --- | --- | --- | --- |\n");
        foreach (var group in groups)
        {
            var last = group.Select(curve => curve.TestAccuracies[^1]).ToArray();
            table.Append(CultureInfo.InvariantCulture,
                $"| {group.Key.Start} | {group.Key.Removed} of {group.Key.Blocks} | {last.Length} | {last.Average():0.000} | {last.Min():0.000} to {last.Max():0.000} |\n");
        }
        return table.ToString();
    }

    private string File(string name) => Path.Combine(_folder, name);

    private void Write(string name, IEnumerable<string> lines) => AtomicFile.Write(
        File(name), stream => stream.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")))));

    private static string Row(params object[] values) =>
        string.Join(',', values.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)));
}
