using GardenerML.Checkpoints;
using GardenerML.Interop;
using GardenerML.VideoMae;
using TorchSharp;

namespace GardenerML.Pruning;

/// <summary>Costs of a VideoMAE model; all of its blocks cost the same.</summary>
internal sealed class VideoMaeCosts(VideoMaeConfiguration configuration) : ModelCosts
{
    /// <summary>
    /// What a model zip holds beside the weights: configuration, plan, labels, the other steps of the pipeline.
    /// </summary>
    private const int Allowance = 1 << 16;

    /// <summary>Name, type, shape and place of a block's tensors in the header, and the block's line in the plan.</summary>
    private const int BlockAllowance = 13 * 160 + 512;

    private static readonly TimeSpan Measured = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<(int, ComputeDevice, int), TimeSpan> _latencies = [];

    public override double Parameters(IReadOnlyList<int> kept) => VideoMaeCost.Of(With(kept)).Parameters;

    public override double GigaFlops(IReadOnlyList<int> kept) => VideoMaeCost.Of(With(kept)).GigaFlops;

    public override PlannedCost Cost(IReadOnlyList<int> kept)
    {
        var cost = VideoMaeCost.Of(With(kept));
        return new PlannedCost(cost.Parameters, cost.GigaFlops);
    }

    public override double ModelBytes(IReadOnlyList<int> kept, TensorType weightType) =>
        (VideoMaeCost.Of(With(kept)).Parameters * (double)weightType.Size()) + Allowance + (kept.Count * BlockAllowance);

    /// <summary>Random weights are as fast as trained ones.</summary>
    public override TimeSpan Latency(IReadOnlyList<int> kept, ComputeDevice device, int batchSize)
    {
        var key = (kept.Count, device, batchSize);
        if (_latencies.TryGetValue(key, out var known))
            return known;
        var geometry = With(kept);
        using var model = new VideoMaeClassifier(
            geometry with { ClassCount = Math.Max(1, geometry.ClassCount) }, TorchBackend.Resolve(device));
        using var generator = new torch.Generator(1);
        WeightInitialisation.Fill(model, generator, _ => true);
        var clipsPerSecond = ModelSpeed.ClipsPerSecond(model, batchSize, Measured);
        return _latencies[key] = TimeSpan.FromSeconds(batchSize / clipsPerSecond);
    }

    private VideoMaeConfiguration With(IReadOnlyList<int> kept) => configuration with { BlockCount = kept.Count };
}
