using GardenerML.Pruning;
using GardenerML.VideoMae;
using TorchSharp;

namespace GardenerML.Reporting;

/// <summary>What a model costs.</summary>
public sealed record ModelCost
{
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(2);

    /// <summary>Which model.</summary>
    public required string Name { get; init; }

    /// <summary>Its transformer blocks.</summary>
    public required int Blocks { get; init; }

    /// <summary>Number of parameters, head included.</summary>
    public required long Parameters { get; init; }

    /// <summary>Multiply-adds of a clip in units of 10^9.</summary>
    public required double GigaFlops { get; init; }

    /// <summary>Median time of a clip alone in milliseconds, decoding left out; null where it was not measured.</summary>
    public double? LatencyInMilliseconds { get; init; }

    /// <summary>The costs of a model before and after pruning.</summary>
    /// <param name="model">The pruned model, or one that is whole.</param>
    /// <param name="plan">The plan by which it was pruned; null for a model that is whole.</param>
    /// <param name="measure">
    /// Whether to measure times on the model's device, which takes some seconds. The removed blocks are there with random weights,
    /// which are as fast as trained ones.
    /// </param>
    /// <returns>The whole model, and behind it the pruned one if it has fewer blocks.</returns>
    public static IReadOnlyList<ModelCost> Of(VideoMaeClassifier model, PruningPlan? plan = null, bool measure = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        var own = model.Configuration;
        var blocks = Math.Max(plan?.Blocks.Count ?? 0, own.BlockCount);
        if (blocks == own.BlockCount)
            return [Make("Whole model", own, measure ? ModelSpeed.ClipsPerSecond(model, 1, Measured) : null)];
        var whole = own with { BlockCount = blocks };
        double?[] speeds = measure ? Speeds(model, whole) : [null, null];
        return [Make("Before pruning", whole, speeds[0]), Make("After pruning", own, speeds[1])];
    }

    private static double?[] Speeds(VideoMaeClassifier model, VideoMaeConfiguration geometry)
    {
        using var whole = new VideoMaeClassifier(geometry, model.Device);
        using var generator = new torch.Generator(1);
        WeightInitialisation.Fill(whole, generator, _ => true);
        return [.. ModelSpeed.ClipsPerSecond([whole, model], 1, Measured).Cast<double?>()];
    }

    private static ModelCost Make(string name, VideoMaeConfiguration geometry, double? clipsPerSecond)
    {
        var cost = VideoMaeCost.Of(geometry);
        return new ModelCost
        {
            Name = name,
            Blocks = geometry.BlockCount,
            Parameters = cost.Parameters,
            GigaFlops = cost.GigaFlops,
            LatencyInMilliseconds = 1000 / clipsPerSecond,
        };
    }
}
