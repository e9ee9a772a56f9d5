using GardenerML.Video;

namespace GardenerML.Evaluation;

/// <summary>Counts labels against class probabilities, clip by clip.</summary>
internal sealed class ScoreTally(int classCount)
{
    // ML.NET's own bound, so that the log-loss is the same.
    private const float LeastProbability = 1e-15f;

    private readonly long[][] _confusion = [.. Enumerable.Range(0, classCount).Select(_ => new long[classCount])];
    private readonly long[] _ranks = new long[classCount];
    private double _logLossSum;

    public bool IsEmpty { get; private set; } = true;

    /// <summary>Adds a clip.</summary>
    /// <param name="label">Its 0-based label.</param>
    /// <param name="scores">A finite score of each class.</param>
    public void Add(int label, ReadOnlySpan<float> scores)
    {
        var own = scores[label];
        var (rank, best) = (0, 0);
        for (var i = 0; i < scores.Length; i++)
        {
            if (scores[i] > own || (scores[i] == own && i < label))
                rank++;
            if (scores[i] > scores[best])
                best = i;
        }
        _ranks[rank]++;
        _confusion[label][best]++;
        _logLossSum -= Math.Log(Math.Clamp(own, LeastProbability, 1));
        IsEmpty = false;
    }

    /// <summary>What was counted; nothing may be added afterwards.</summary>
    /// <param name="classNames">One a class.</param>
    /// <param name="unlabelled">Rows that were left out because they have no label.</param>
    /// <param name="skipped">Rows that were left out because their video cannot be read.</param>
    /// <param name="views">The views whose scores were averaged.</param>
    public VideoClassificationMetrics ToMetrics(
        IReadOnlyList<string> classNames, long unlabelled, long skipped = 0, VideoViews? views = null) =>
        new(_confusion, _ranks, _logLossSum, classNames)
        {
            UnlabelledCount = unlabelled,
            SkippedCount = skipped,
            Views = views,
        };
}
