using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using GardenerML.Checkpoints;
using GardenerML.Pruning;

namespace GardenerML.Benchmarks;

/// <summary>
/// Statistics of the twelve blocks of VideoMAE-B, 7,077,888 normally distributed weights each, in memory, against reading them
/// once and against sorting them.
/// </summary>
[MemoryDiagnoser]
public class WeightStatisticsBenchmark
{
    private const int Blocks = 12;
    private const int WeightsPerBlock = 7_077_888;

    private StoredTensor[][] _blocks = [];

    /// <summary>The type of the stored weights.</summary>
    [Params(TensorType.Float32, TensorType.Float16, TensorType.BFloat16)]
    public TensorType Type { get; set; }

    [GlobalSetup]
    public void Setup() => _blocks = [.. Enumerable.Range(0, Blocks).Select(block => new[] { Weights(Type, block) })];

    /// <summary>The memory limit: adds up the weights as 32-bit floats on all processors.</summary>
    [Benchmark(Baseline = true)]
    public double Sum()
    {
        var sums = new float[Blocks];
        Parallel.For(0, Blocks, block => sums[block] = TensorPrimitives.Sum(MemoryMarshal.Cast<byte, float>(_blocks[block][0].Bytes)));
        return sums.Sum();
    }

    [Benchmark]
    public BlockScores HalfGridEntropy() => BlockScores.Compute(_blocks);

    [Benchmark]
    public BlockScores ExactEntropy() => BlockScores.Compute(_blocks, PruningCriterion.ExactEntropy);

    [Benchmark]
    public BlockScores Moments() => BlockScores.Compute(_blocks, PruningCriterion.L2);

    [Benchmark]
    public BlockScores UniformBins() => BlockScores.Compute(_blocks, PruningCriterion.UniformSharedEntropy(256));

    [Benchmark]
    public BlockScores All() => BlockScores.Compute(_blocks, allStatistics: true);

    /// <summary>The usual way: rounds to fp16, sorts a copy, counts the runs; blocks in parallel.</summary>
    [Benchmark]
    public double SortAndCount()
    {
        var entropies = new double[Blocks];
        Parallel.For(0, Blocks, block => entropies[block] = SortAndCount(_blocks[block][0]));
        return entropies.Sum();
    }

    private static double SortAndCount(StoredTensor tensor)
    {
        var halves = new Half[tensor.ElementCount];
        switch (tensor)
        {
            case ArrayTensor<float> floats:
                TensorPrimitives.ConvertToHalf(floats.Values, halves);
                break;
            case ArrayTensor<Half> stored:
                stored.Values.CopyTo(halves, 0);
                break;
            case ArrayTensor<ushort> brain:
                halves = Array.ConvertAll(brain.Values, bits => (Half)BitConverter.UInt32BitsToSingle((uint)bits << 16));
                break;
        }
        Array.Sort(halves);
        double sum = 0;
        for (int i = 1, first = 0; i <= halves.Length; i++)
        {
            if (i < halves.Length && halves[i] == halves[first])
                continue;
            sum += (i - first) * Math.Log(i - first);
            first = i;
        }
        return Math.Log(halves.Length) - (sum / halves.Length);
    }

    private static StoredTensor Weights(TensorType type, int block)
    {
        var random = new Random(block);
        var weights = new float[WeightsPerBlock];
        for (var i = 0; i < weights.Length; i++)
        {
            // Box and Muller; each block with a spread of its own.
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            weights[i] = (float)((0.03 + (0.002 * block)) * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }
        return type switch
        {
            TensorType.Float16 => new ArrayTensor<Half>(type, Array.ConvertAll(weights, w => (Half)w)),
            TensorType.BFloat16 => new ArrayTensor<ushort>(
                type, Array.ConvertAll(weights, w => (ushort)(BitConverter.SingleToUInt32Bits(w) >> 16))),
            _ => new ArrayTensor<float>(type, weights),
        };
    }
}
