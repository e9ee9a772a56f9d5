using GardenerML.Video;

namespace GardenerML.Evaluation;

/// <summary>How well videos are classified, as the papers state it. Immutable.</summary>
/// <remarks>
/// The predicted class is the one with the highest score; of equal scores, the one of the lower number counts as the
/// higher, here and in <see cref="TopKAccuracy"/>, as in ML.NET's own evaluator.
/// </remarks>
public sealed class VideoClassificationMetrics
{
    private readonly long[] _ranks;

    /// <param name="confusion">Counts, [true class][predicted class].</param>
    /// <param name="ranks">How often the true class had the highest score, the second highest, and so on.</param>
    /// <param name="logLossSum">Sum over the clips.</param>
    /// <param name="classNames">One a class.</param>
    internal VideoClassificationMetrics(
        long[][] confusion, long[] ranks, double logLossSum, IReadOnlyList<string> classNames)
    {
        _ranks = ranks;
        ClipCount = ranks.Sum();
        ClassNames = classNames;
        ConfusionMatrix = [.. confusion.Select(row => (IReadOnlyList<long>)row.AsReadOnly())];
        PerClassRecall = Array.AsReadOnly([.. confusion.Select((row, label) => row[label] / (double)row.Sum())]);
        Uar = PerClassRecall.Where(recall => !double.IsNaN(recall)).DefaultIfEmpty(double.NaN).Average();
        LogLoss = logLossSum / ClipCount;
    }

    /// <summary>Share of clips whose highest score is that of their class (top-1), in [0, 1].</summary>
    public double Accuracy => TopKAccuracy(1);

    /// <summary>
    /// Weighted average recall: the mean of <see cref="PerClassRecall"/>, weighted by the number of clips. It is the
    /// <see cref="Accuracy"/>.
    /// </summary>
    public double War => Accuracy;

    /// <summary>
    /// Unweighted average recall: the mean of <see cref="PerClassRecall"/> over the classes that occur, in [0, 1];
    /// ML.NET calls it MacroAccuracy.
    /// </summary>
    public double Uar { get; }

    /// <summary>
    /// Share of clips whose class is among the five of the highest scores; 1 where there are no more.
    /// </summary>
    public double Top5Accuracy => TopKAccuracy(5);

    /// <summary>
    /// Mean of -ln p over the clips, in nats, where p is the score of the clip's class, taken for at least 1e-15 and at
    /// most 1. It says something only where scores are probabilities, as those of a video classifier are.
    /// </summary>
    public double LogLoss { get; }

    /// <summary>The classes, in the order of scores and keys; numbers from 1 where the keys have no values.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>For each class the share of its clips that are predicted right; NaN where it has no clips.</summary>
    public IReadOnlyList<double> PerClassRecall { get; }

    /// <summary>How many clips of each class (the row) are predicted as each class (the column).</summary>
    public IReadOnlyList<IReadOnlyList<long>> ConfusionMatrix { get; }

    /// <summary>How many clips were scored.</summary>
    public long ClipCount { get; }

    /// <summary>
    /// How many rows were left out because their video cannot be read. Rows that <c>LoadVideo</c> itself has left out
    /// before are not known here.
    /// </summary>
    public long SkippedCount { get; internal init; }

    /// <summary>How many rows were left out because they have no label.</summary>
    public long UnlabelledCount { get; internal init; }

    /// <summary>
    /// The views of each video whose scores were averaged; null where the scores were given.
    /// </summary>
    public VideoViews? Views { get; internal init; }

    /// <summary>Share of clips whose class is among the k of the highest scores, in [0, 1].</summary>
    /// <param name="k">How many classes, at least 1; with as many as there are, or more, it is 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public double TopKAccuracy(int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        return _ranks.Take(k).Sum() / (double)ClipCount;
    }

    /// <summary>A table of all metrics, and of each class what it is most often taken for.</summary>
    public override string ToString() => MetricsTable.Of(this);
}
