using System.Numerics.Tensors;
using System.Runtime.ExceptionServices;
using GardenerML.Checkpoints;

namespace GardenerML.Pruning;

/// <summary>
/// Walks the weights of all blocks in parallel, by segments that depend on the tensors' sizes alone: whatever is merged in the
/// order of the segments does not depend on the number of threads.
/// </summary>
internal sealed class WeightScan
{
    /// <summary>Elements that are converted, counted and summed while they are in the processor's caches.</summary>
    public const int ChunkLength = 16384;

    private const int SegmentLength = 32 * ChunkLength;

    private readonly IReadOnlyList<IReadOnlyList<StoredTensor>> _blocks;
    private readonly List<Segment> _segments = [];
    private readonly ParallelOptions _parallel;

    public WeightScan(IReadOnlyList<IReadOnlyList<StoredTensor>> blocks, int threads, CancellationToken cancellationToken)
    {
        _blocks = blocks;
        _parallel = new() { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        for (var block = 0; block < blocks.Count; block++)
        {
            foreach (var tensor in blocks[block])
            {
                for (long start = 0; start < tensor.ElementCount; start += SegmentLength)
                    _segments.Add(new(block, tensor, start, (int)Math.Min(SegmentLength, tensor.ElementCount - start)));
            }
        }
    }

    public int BlockCount => _blocks.Count;

    /// <summary>Counts the weights of each block on the fp16 grid, and sums their moments.</summary>
    /// <exception cref="InvalidDataException">A weight is not a finite number.</exception>
    public (long[][]? HalfCounts, MomentSums[]? Moments) Run(bool halfGrid, bool moments, bool valueEntropy)
    {
        var counts = halfGrid ? _blocks.Select(_ => new long[HalfGridCounter.Bins]).ToArray() : null;
        var sums = new MomentSums[_segments.Count];
        ForEachSegment((segment, index, scratch) => ForEachChunk(segment, (start, length) =>
        {
            if (counts is not null)
            {
                var bits = WeightReader.HalfBits(segment.Tensor, start, scratch.Bits.AsSpan(0, length), scratch.Floats);
                scratch.HalfGrid.Count(bits, counts[segment.Block]);
            }
            if (moments)
            {
                var chunk = WeightReader.Doubles(segment.Tensor, start, scratch.Doubles.AsSpan(0, length), scratch.Floats);
                sums[index] = MomentSums.Merge(sums[index], MomentSums.Of(chunk, valueEntropy));
            }
        }));
        var merged = new MomentSums[_blocks.Count];
        for (var i = 0; i < sums.Length; i++)
            merged[_segments[i].Block] = MomentSums.Merge(merged[_segments[i].Block], sums[i]);
        for (var block = 0; block < _blocks.Count; block++)
        {
            if (!merged[block].IsFinite || (counts is not null && HalfGridCounter.HoldsInfinity(counts[block])))
                ThrowIfNotFinite(block);
        }
        return (counts, moments ? merged : null);
    }

    /// <summary>Counts the weights of each block in equal bins, of which a block may have several sets.</summary>
    public long[][][] CountBins(Func<int, UniformBins[]> binsOfBlock)
    {
        var bins = Enumerable.Range(0, _blocks.Count).Select(binsOfBlock).ToArray();
        var counts = Array.ConvertAll(bins, sets => Array.ConvertAll(sets, set => new long[set.Count]));
        ForEachSegment((segment, _, scratch) =>
        {
            var sets = bins[segment.Block];
            var local = Array.ConvertAll(sets, set => new long[set.Count]);
            ForEachChunk(segment, (start, length) =>
            {
                var chunk = WeightReader.Doubles(segment.Tensor, start, scratch.Doubles.AsSpan(0, length), scratch.Floats);
                for (var i = 0; i < sets.Length; i++)
                    sets[i].Add(chunk, local[i]);
            });
            lock (counts[segment.Block])
            {
                for (var i = 0; i < local.Length; i++)
                    TensorPrimitives.Add<long>(counts[segment.Block][i], local[i], counts[segment.Block][i]);
            }
        });
        return counts;
    }

    /// <summary>Runs something for each block, some blocks at a time.</summary>
    public T[] ForEachBlock<T>(Func<int, T> function)
    {
        var results = new T[_blocks.Count];
        Unwrapped(() => Parallel.For(0, results.Length, _parallel, block => results[block] = function(block)));
        return results;
    }

    private void ForEachSegment(Action<Segment, int, Scratch> action) => Unwrapped(() => Parallel.For(
        0,
        _segments.Count,
        _parallel,
        () => new Scratch(),
        (index, _, scratch) =>
        {
            action(_segments[index], index, scratch);
            return scratch;
        },
        scratch => scratch.HalfGrid.Flush()));

    private static void ForEachChunk(Segment segment, Action<long, int> action)
    {
        for (var done = 0; done < segment.Length; done += ChunkLength)
            action(segment.Start + done, Math.Min(ChunkLength, segment.Length - done));
    }

    private static void Unwrapped(Action action)
    {
        try
        {
            action();
        }
        catch (AggregateException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }
    }

    private void ThrowIfNotFinite(int block)
    {
        var scratch = new Scratch();
        foreach (var segment in _segments.Where(segment => segment.Block == block))
        {
            ForEachChunk(segment, (start, length) =>
            {
                var chunk = WeightReader.Doubles(segment.Tensor, start, scratch.Doubles.AsSpan(0, length), scratch.Floats);
                for (var i = 0; i < length; i++)
                {
                    if (!double.IsFinite(chunk[i]))
                    {
                        throw new InvalidDataException(
                            $"Block {block}: tensor '{segment.Tensor.Name}' holds {chunk[i]} at element {start + i}; weights must be "
                            + "finite numbers. The checkpoint is damaged or its training diverged.");
                    }
                }
            });
        }
    }

    private sealed record Segment(int Block, StoredTensor Tensor, long Start, int Length);

    /// <summary>What a thread needs.</summary>
    private sealed class Scratch
    {
        public HalfGridCounter HalfGrid { get; } = new();

        public ushort[] Bits { get; } = new ushort[ChunkLength];

        public float[] Floats { get; } = new float[ChunkLength];

        public double[] Doubles { get; } = new double[ChunkLength];
    }
}
