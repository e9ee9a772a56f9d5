using System.Runtime.InteropServices;

namespace GardenerML.Training;

/// <summary>Counts labels against predictions, clip by clip, over as many batches as there are.</summary>
internal sealed class ClassificationTally(int classCount)
{
    private readonly long[] _clips = new long[classCount];
    private readonly long[] _right = new long[classCount];
    private double _loss;

    /// <summary>Adds one clip.</summary>
    /// <param name="label">Its 0-based label.</param>
    /// <param name="logits">Its scores before the softmax, one a class.</param>
    public void Add(int label, ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best])
                best = i;
        }
        double sum = 0;
        foreach (var logit in logits)
            sum += Math.Exp(logit - logits[best]);
        _loss += Math.Log(sum) + logits[best] - logits[label];
        _clips[label]++;
        if (best == label)
            _right[label]++;
    }

    /// <summary>Adds clips.</summary>
    /// <param name="labels">Their labels.</param>
    /// <param name="logits">Their scores, one row after the other.</param>
    public void AddRange(long[] labels, List<float> logits)
    {
        var values = CollectionsMarshal.AsSpan(logits);
        for (var i = 0; i < labels.Length; i++)
            Add((int)labels[i], values.Slice(i * _clips.Length, _clips.Length));
    }

    /// <summary>What was counted, as numbers that <see cref="Restore"/> takes.</summary>
    public double[] Save() => [_loss, .. _clips, .. _right];

    /// <summary>Goes on from what was counted before.</summary>
    public void Restore(double[] saved)
    {
        if (saved.Length != 1 + 2 * _clips.Length)
            return;
        _loss = saved[0];
        for (var i = 0; i < _clips.Length; i++)
            (_clips[i], _right[i]) = ((long)saved[1 + i], (long)saved[1 + _clips.Length + i]);
    }

    public ClipSetMetrics ToMetrics()
    {
        var count = _clips.Sum();
        var recalls = Enumerable.Range(0, classCount).Where(c => _clips[c] > 0).Select(c => _right[c] / (double)_clips[c]);
        return new ClipSetMetrics(
            (int)count, _loss / count, _right.Sum() / (double)count, recalls.DefaultIfEmpty(double.NaN).Average());
    }
}
