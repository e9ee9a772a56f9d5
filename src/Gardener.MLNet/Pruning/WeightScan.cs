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
    /// <summary>Elements that are converted and summed while they are in the first-level cache.</summary>
    public const int ChunkLength = 4096;

    private const int SegmentLength = 128 * ChunkLength;

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
        var counts = halfGrid ? PerBlock(() => new long[HalfGridCounter.Bins]) : null;
        var sums = moments ? new MomentSums[_segments.Count] : null;
        var faults = new string?[_segments.Count];
        ForEach(() => new Scratch(), (segment, index, scratch) =>
        {
            var suspicious = false;
            for (var done = 0; done < segment.Length; done += ChunkLength)
            {
                var (start, length) = (segment.Start + done, Math.Min(ChunkLength, segment.Length - done));
                if (counts is not null)
                    scratch.HalfGrid.Count(WeightReader.HalfBits(segment.Tensor, start, scratch.Bits.AsSpan(0, length), scratch.Floats));
                if (sums is not null)
                {
                    var chunk = WeightReader.Doubles(segment.Tensor, start, scratch.Doubles.AsSpan(0, length), scratch.Floats);
                    var chunkSums = MomentSums.Of(chunk, valueEntropy);
                    suspicious |= !chunkSums.IsFinite;
                    sums[index] = MomentSums.Merge(sums[index], chunkSums);
                }
            }
            if (counts is not null)
            {
                lock (counts[segment.Block])
                    suspicious |= scratch.HalfGrid.MoveTo(counts[segment.Block]);
            }
            if (suspicious)
                faults[index] = FindNonFinite(segment);
        });
        if (Array.Find(faults, fault => fault is not null) is { } first)
            throw new InvalidDataException(first);
        return (counts, sums is null ? null : MergeInOrder(sums));
    }

    /// <summary>Counts the weights of each block in equal bins; the layout says which bins a block has.</summary>
    public long[][][] CountBins(Func<int, UniformBins[]> layout)
    {
        var bins = Enumerable.Range(0, _blocks.Count).Select(layout).ToArray();
        var counts = Array.ConvertAll(bins, blockBins => Array.ConvertAll(blockBins, one => new long[one.Count]));
        ForEach(() => new Scratch(), (segment, _, scratch) =>
        {
            var local = Array.ConvertAll(bins[segment.Block], one => new long[one.Count]);
            for (var done = 0; done < segment.Length; done += ChunkLength)
            {
                var length = Math.Min(ChunkLength, segment.Length - done);
                var chunk = WeightReader.Doubles(segment.Tensor, segment.Start + done, scratch.Doubles.AsSpan(0, length), scratch.Floats);
                for (var i = 0; i < local.Length; i++)
                    bins[segment.Block][i].Add(chunk, local[i]);
            }
            var totals = counts[segment.Block];
            lock (totals)
            {
                for (var i = 0; i < local.Length; i++)
                    TensorPrimitives.Add<long>(totals[i], local[i], totals[i]);
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

    private void ForEach(Func<Scratch> makeScratch, Action<Segment, int, Scratch> body) => Unwrapped(() =>
        Parallel.For(0, _segments.Count, _parallel, makeScratch, (index, _, scratch) =>
        {
            body(_segments[index], index, scratch);
            return scratch;
        }, _ => { }));

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

    private T[] PerBlock<T>(Func<T> make) => Enumerable.Range(0, _blocks.Count).Select(_ => make()).ToArray();

    private MomentSums[] MergeInOrder(MomentSums[] sums)
    {
        var result = new MomentSums[_blocks.Count];
        for (var i = 0; i < sums.Length; i++)
            result[_segments[i].Block] = MomentSums.Merge(result[_segments[i].Block], sums[i]);
        return result;
    }

    private static string? FindNonFinite(Segment segment)
    {
        var (doubles, floats) = (new double[ChunkLength], new float[ChunkLength]);
        for (var done = 0; done < segment.Length; done += ChunkLength)
        {
            var length = Math.Min(ChunkLength, segment.Length - done);
            var chunk = WeightReader.Doubles(segment.Tensor, segment.Start + done, doubles.AsSpan(0, length), floats);
            for (var i = 0; i < length; i++)
            {
                if (!double.IsFinite(chunk[i]))
                {
                    return $"Block {segment.Block}: tensor '{segment.Tensor.Name}' holds {chunk[i]} at element {segment.Start + done + i}; "
                        + "weights must be finite numbers. The checkpoint is damaged or its training diverged.";
                }
            }
        }
        return null;
    }

    private sealed record Segment(int Block, StoredTensor Tensor, long Start, int Length);

    private sealed class Scratch
    {
        private HalfGridCounter? _halfGrid;
        private double[]? _doubles;

        public HalfGridCounter HalfGrid => _halfGrid ??= new();

        public ushort[] Bits { get; } = new ushort[ChunkLength];

        public float[] Floats { get; } = new float[ChunkLength];

        public double[] Doubles => _doubles ??= new double[ChunkLength];
    }
}
