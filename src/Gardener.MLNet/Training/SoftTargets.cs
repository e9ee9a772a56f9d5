using static TorchSharp.torch;

namespace GardenerML.Training;

/// <summary>
/// Cross entropy of soft targets: labels smoothed, mixed and weighted. With hard labels it is
/// <c>torch.nn.functional.cross_entropy</c> with <c>label_smoothing</c> and <c>weight</c>.
/// </summary>
internal sealed class SoftTargets
{
    private readonly float[] _values;
    private readonly int _classes;

    private SoftTargets(float[] values, int classes) => (_values, _classes) = (values, classes);

    /// <summary>The targets of a whole step, divided by its weights, so that the losses of its micro-batches add up.</summary>
    /// <param name="labels">The label of each sample.</param>
    /// <param name="weights">How much each class counts.</param>
    /// <param name="smoothing">Share of the probability that is spread over all classes.</param>
    /// <param name="share">Share of the sample's own label; the rest is that of sample B - 1 - i.</param>
    public static SoftTargets Of(long[] labels, float[] weights, double smoothing, double share)
    {
        var classes = weights.Length;
        var values = new double[labels.Length * classes];
        double total = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var row = values.AsSpan(i * classes, classes);
            row.Fill(smoothing / classes);
            Add(row, labels[i], share);
            Add(row, labels[labels.Length - 1 - i], 1 - share);
            for (var c = 0; c < classes; c++)
                row[c] *= weights[c];
        }
        // Where no sample of the step counts, neither does its loss.
        var norm = total > 0 ? total : 1;
        return new SoftTargets([.. values.Select(value => (float)(value / norm))], classes);

        void Add(Span<double> row, long label, double part)
        {
            row[(int)label] += (1 - smoothing) * part;
            total += weights[label] * part;
        }
    }

    /// <summary>The part of the step's loss that some samples have: -sum t ln softmax(logits).</summary>
    /// <param name="logits">Logits [count, classes].</param>
    /// <param name="start">The first sample.</param>
    public Tensor Loss(Tensor logits, int start)
    {
        using var scope = NewDisposeScope();
        var count = (int)logits.shape[0];
        var targets = tensor(_values.AsSpan(start * _classes, count * _classes).ToArray(), [count, _classes], device: logits.device);
        return logits.log_softmax(1).mul(targets).sum().neg().MoveToOuterDisposeScope();
    }
}
