using System.Buffers;
using GardenerML.Checkpoints;

namespace GardenerML.Pruning;

/// <summary>Entropy of the distinct stored values of a block; zero and minus zero are one value.</summary>
internal static class ExactValueCounter
{
    private const int Keys = 1 << 16;

    public static EntropyEstimate Estimate(IReadOnlyList<StoredTensor> tensors) =>
        tensors.Any(tensor => tensor.Type == TensorType.Float64) ? SortDoubles(tensors) : CountSingles(tensors);

    /// <summary>
    /// Singles are distributed over buckets by their upper 16 bits, then each bucket is counted by the lower 16: linear in time,
    /// two bytes a weight in memory.
    /// </summary>
    private static EntropyEstimate CountSingles(IReadOnlyList<StoredTensor> tensors)
    {
        var ends = new long[Keys + 1];
        ForEachChunk(tensors, chunk =>
        {
            foreach (var w in chunk)
                ends[(Bits(w) >> 16) + 1]++;
        });
        for (var i = 0; i < Keys; i++)
            ends[i + 1] += ends[i];

        var total = checked((int)ends[Keys]);
        var lower = ArrayPool<ushort>.Shared.Rent(total);
        try
        {
            // Filling moves each bucket's start to its end, which is the next bucket's start.
            ForEachChunk(tensors, chunk =>
            {
                foreach (var w in chunk)
                    lower[ends[Bits(w) >> 16]++] = (ushort)Bits(w);
            });
            var counts = new int[Keys];
            var sums = default(EntropySums);
            long start = 0;
            for (var key = 0; key < Keys; start = ends[key++])
            {
                var bucket = lower.AsSpan((int)start, (int)(ends[key] - start));
                foreach (var value in bucket)
                    counts[value]++;
                foreach (var value in bucket)
                {
                    sums.Add(counts[value]);
                    counts[value] = 0;
                }
            }
            return sums.ToEstimate();
        }
        finally
        {
            ArrayPool<ushort>.Shared.Return(lower);
        }
    }

    private static uint Bits(float weight) => BitConverter.SingleToUInt32Bits(weight + 0f);

    private static void ForEachChunk(IReadOnlyList<StoredTensor> tensors, ChunkAction action)
    {
        var scratch = new float[WeightScan.ChunkLength];
        foreach (var tensor in tensors)
        {
            for (long start = 0; start < tensor.ElementCount; start += scratch.Length)
                action(WeightReader.Floats(tensor, start, scratch.AsSpan(0, (int)Math.Min(scratch.Length, tensor.ElementCount - start))));
        }
    }

    private static EntropyEstimate SortDoubles(IReadOnlyList<StoredTensor> tensors)
    {
        var values = new double[checked((int)tensors.Sum(tensor => tensor.ElementCount))];
        var scratch = new float[WeightScan.ChunkLength];
        var filled = 0;
        foreach (var tensor in tensors)
        {
            for (long start = 0; start < tensor.ElementCount; start += scratch.Length)
            {
                var length = (int)Math.Min(scratch.Length, tensor.ElementCount - start);
                var target = values.AsSpan(filled, length);
                WeightReader.Doubles(tensor, start, target, scratch).CopyTo(target);
                filled += length;
            }
        }
        values.AsSpan().Sort();
        var sums = default(EntropySums);
        var first = 0;
        for (var i = 1; i <= values.Length; i++)
        {
            if (i < values.Length && values[i] == values[first])
                continue;
            sums.Add(i - first);
            first = i;
        }
        return sums.ToEstimate();
    }

    private delegate void ChunkAction(ReadOnlySpan<float> chunk);
}
