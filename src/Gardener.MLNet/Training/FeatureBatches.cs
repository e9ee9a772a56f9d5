using static TorchSharp.torch;

namespace GardenerML.Training;

/// <summary>Clips of which only what the frozen encoder makes of them is kept, in the order of the clips they were.</summary>
internal sealed class FeatureBatches : IClipBatches, IDisposable
{
    private readonly Tensor _features;
    private readonly long[] _labels;

    private FeatureBatches(Tensor features, long[] labels, int repeats) => (_features, _labels, Repeats) = (features, labels, repeats);

    /// <inheritdoc/>
    public int Count => _labels.Length;

    /// <inheritdoc/>
    public int Repeats { get; }

    /// <summary>Encodes clips.</summary>
    /// <param name="clips">The clips.</param>
    /// <param name="encode">The encoder: a batch -> [B, width].</param>
    /// <param name="batchSize">How many are encoded at a time.</param>
    /// <param name="cancellation">Stops it.</param>
    public static FeatureBatches Of(IClipBatches clips, Func<ClipBatch, Tensor> encode, int batchSize, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (parts, labels) = (new List<Tensor>(), new List<long>());
        foreach (var batch in clips.InOrder(batchSize, cancellation))
        {
            using (batch)
            using (var part = NewDisposeScope())
                parts.Add(encode(batch).MoveToOuterDisposeScope());
            labels.AddRange(batch.Labels);
        }
        return new FeatureBatches(cat(parts).DetachFromDisposeScope(), [.. labels], clips.Repeats);
    }

    /// <inheritdoc/>
    public IEnumerable<ClipBatch> Epoch(int batchSize, EpochSeed seed, int skipped, CancellationToken cancellation) =>
        Batches(seed.Order(Count).Skip(skipped * batchSize), batchSize, Repeats, cancellation);

    /// <inheritdoc/>
    public IEnumerable<ClipBatch> InOrder(int batchSize, CancellationToken cancellation) =>
        Batches(Enumerable.Range(0, Count), batchSize, 1, cancellation);

    private IEnumerable<ClipBatch> Batches(IEnumerable<int> order, int batchSize, int repeats, CancellationToken cancellation)
    {
        foreach (var chunk in order.Chunk(batchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            long[] rows = [.. chunk.SelectMany(clip => Enumerable.Repeat((long)clip, repeats))];
            yield return new ClipBatch(Select(rows), [.. rows.Select(row => _labels[row])], AreEncoded: true);
        }
    }

    private Tensor Select(long[] rows)
    {
        using var scope = NewDisposeScope();
        return _features.index_select(0, tensor(rows, device: _features.device)).DetachFromDisposeScope();
    }

    public void Dispose() => _features.Dispose();
}
