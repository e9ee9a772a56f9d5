using System.Globalization;

namespace GardenerML.Benchmarks.LearningCurves;

/// <summary>A finished run: how well a model of a size, from a start, did after each epoch.</summary>
/// <param name="Run">Which run it is.</param>
/// <param name="TestAccuracies">Share of test clips labelled right, an epoch each.</param>
/// <param name="TrainingLosses">Mean training loss in nats, an epoch each.</param>
internal sealed record LearningCurve(LearningRun Run, IReadOnlyList<double> TestAccuracies, IReadOnlyList<double> TrainingLosses)
{
    public const string Header =
        "start,ratio,removed,blocks,seed,epochs,learning_rate,geometry,weights,final_test_accuracy,test_accuracies,training_losses";

    /// <summary>A line of <see cref="Header"/>'s columns.</summary>
    public string ToCsv() => string.Create(CultureInfo.InvariantCulture,
        $"{Run.Start},{Run.Ratio},{Run.Removed},{Run.Blocks},{Run.Seed},{Run.Epochs},{Run.LearningRate},{Run.Geometry},{Run.Weights},{TestAccuracies[^1]},"
        + $"{Join(TestAccuracies)},{Join(TrainingLosses)}");

    /// <summary>Reads a line; null where it is not whole.</summary>
    public static LearningCurve? Parse(string line)
    {
        if (line.Split(',') is not [var start, var ratio, var removed, var blocks, var seed, var epochs, var rate, var geometry, var weights, _, var accuracies, var losses])
            return null;
        var run = new LearningRun(
            start, Number(ratio), (int)Number(removed), (int)Number(blocks), (int)Number(seed), (int)Number(epochs), Number(rate), geometry, weights);
        var curve = new LearningCurve(run, Numbers(accuracies), Numbers(losses));
        return curve.TestAccuracies.Count == run.Epochs && curve.TrainingLosses.Count == run.Epochs ? curve : null;
    }

    private static string Join(IEnumerable<double> values) =>
        string.Join(';', values.Select(value => value.ToString(CultureInfo.InvariantCulture)));

    private static double[] Numbers(string text) => [.. text.Split(';').Select(Number)];

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
