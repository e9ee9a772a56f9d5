using GardenerML.Interop;
using GardenerML.Pruning;
using GardenerML.VideoMae;
using static TorchSharp.torch;

namespace GardenerML.Reporting;

/// <summary>How the weights of some transformer blocks are distributed: those of the four matrices of each, no biases, no norms.</summary>
public sealed record WeightHistogram
{
    private const int BinCount = 81;

    /// <summary>The bins reach so many standard deviations of all weights to both sides of 0.</summary>
    private const double Reach = 3.5;

    private static readonly string[] Matrices = ["attn.qkv.weight", "attn.proj.weight", "mlp.fc1.weight", "mlp.fc2.weight"];

    private static readonly string[] Depths = ["early", "middle", "late"];

    /// <summary>Which blocks these are, in a word.</summary>
    public required string Name { get; init; }

    /// <summary>Their numbers, from 0, ascending.</summary>
    public required IReadOnlyList<int> Blocks { get; init; }

    /// <summary>Where the first bin begins.</summary>
    public required double Lowest { get; init; }

    /// <summary>Where the last bin ends.</summary>
    public required double Highest { get; init; }

    /// <summary>The weights in each bin; all bins are equally wide.</summary>
    public required IReadOnlyList<long> Counts { get; init; }

    /// <summary>How many weights there are, those outside the bins included.</summary>
    public required long Total { get; init; }

    /// <summary>The mean of all of them.</summary>
    public required double Mean { get; init; }

    /// <summary>The standard deviation of all of them.</summary>
    public required double StandardDeviation { get; init; }

    /// <summary>The share of the weights outside the bins, in [0, 1].</summary>
    public double Outside => 1 - (Counts.Sum() / (double)Total);

    internal double BinWidth => (Highest - Lowest) / Counts.Count;

    /// <summary>Share of the weights in each bin, over its width.</summary>
    internal IEnumerable<double> Densities => Counts.Select(count => count / (BinWidth * Total));

    /// <summary>The weights of the first, the second and the third part of a model's blocks (arXiv 2602.03918, figure 3).</summary>
    /// <param name="model">The model, on any device.</param>
    /// <param name="plan">The plan by which it was pruned, whose block numbers are used; null for the model's own.</param>
    /// <returns>As many as three, fewer where there are fewer blocks; none where a weight is not finite.</returns>
    public static IReadOnlyList<WeightHistogram> ByDepth(VideoMaeClassifier model, PruningPlan? plan = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var blocks = model.Configuration.BlockCount;
        var numbers = plan?.Kept.Count == blocks ? plan.Kept : [.. Enumerable.Range(0, blocks)];
        var parts = Math.Min(Depths.Length, blocks);
        int[][] groups = [.. Enumerable.Range(0, blocks).GroupBy(block => block * parts / blocks).Select(group => group.ToArray())];
        var weights = model.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var moments = Array.ConvertAll(groups, group => Moments(Tensors(weights, group)));
        var all = moments.Aggregate((left, right) => (left.Count + right.Count, left.Sum + right.Sum, left.Squares + right.Squares));
        var reach = Reach * Deviation(all);
        if (!double.IsFinite(reach))
            return [];
        // Weights that are all 0 have no width.
        reach = reach > 0 ? reach : 1;
        return [.. groups.Select((group, part) => new WeightHistogram
        {
            Name = parts == Depths.Length ? Depths[part] : parts == 1 ? "all" : Depths[2 * part],
            Blocks = [.. group.Select(block => numbers[block])],
            Lowest = -reach,
            Highest = reach,
            Counts = Count(Tensors(weights, group), reach),
            Total = moments[part].Count,
            Mean = moments[part].Sum / moments[part].Count,
            StandardDeviation = Deviation(moments[part]),
        })];
    }

    private static IEnumerable<Tensor> Tensors(Dictionary<string, TorchSharp.Modules.Parameter> weights, IEnumerable<int> blocks) =>
        from block in blocks
        from matrix in Matrices
        select weights[$"blocks.{block}.{matrix}"].detach();

    private static (long Count, double Sum, double Squares) Moments(IEnumerable<Tensor> tensors)
    {
        var (count, sum, squares) = (0L, 0.0, 0.0);
        foreach (var tensor in tensors)
        {
            using var scope = NewDisposeScope();
            var numbers = tensor.to(ScalarType.Float64);
            count += numbers.numel();
            sum += numbers.sum().ToNumber();
            squares += numbers.square().sum().ToNumber();
        }
        return (count, sum, squares);
    }

    private static double Deviation((long Count, double Sum, double Squares) moments)
    {
        var mean = moments.Sum / moments.Count;
        return Math.Sqrt(Math.Max(0, (moments.Squares / moments.Count) - (mean * mean)));
    }

    private static long[] Count(IEnumerable<Tensor> tensors, double reach)
    {
        var counts = new long[BinCount];
        foreach (var tensor in tensors)
        {
            using var scope = NewDisposeScope();
            foreach (var weight in tensor.cpu().to(ScalarType.Float32).data<float>())
            {
                var bin = (int)Math.Floor((weight + reach) / (2 * reach) * BinCount);
                if ((uint)bin < BinCount)
                    counts[bin]++;
            }
        }
        return counts;
    }
}
