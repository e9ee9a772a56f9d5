using System.Text.Json.Nodes;
using GardenerML.Checkpoints;

namespace GardenerML.Pruning;

/// <summary>Writes checkpoints without the blocks that a plan removes.</summary>
internal static class PrunedCheckpoint
{
    private const string MetadataKey = "gardener.plan";
    private const string SectionKey = "plan";

    public static void Save(PruningPlan plan, string path, CheckpointLayout? layout, string? checkpointPath, TensorType? weightType)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        checkpointPath ??= plan.CheckpointPath
            ?? throw new InvalidOperationException(
                $"The plan was loaded without its checkpoint '{plan.Checkpoint}'; say where it lies.");
        if (plan.BlockPattern is { } pattern)
        {
            if (weightType is not null)
                throw new ArgumentException(
                    "The weights of other transformers than VideoMAE stay in the type they are stored in.", nameof(weightType));
            using var stacked = StackedCheckpoint.Open(checkpointPath, pattern);
            plan.CheckFits(checkpointPath, stacked.BlockCount, stacked.Hash());
            stacked.Save(path, plan.Kept, new Dictionary<string, string> { [MetadataKey] = plan.ToJson() });
            return;
        }
        using var checkpoint = VideoMaeCheckpoint.Open(checkpointPath);
        plan.CheckFits(checkpoint);
        var section = checkpoint.GardenerSection?.DeepClone().AsObject() ?? [];
        if (plan.Removed.Count > 0)
            section[SectionKey] = JsonNode.Parse(plan.ToJson());
        var content = VideoMaeCheckpointContent.From(checkpoint, plan.Kept) with { GardenerSection = section };
        if (weightType is { } type)
            content = content.WithWeightType(type);
        VideoMaeCheckpointWriter.Save(path, content, layout ?? LayoutOf(path));
    }

    private static CheckpointLayout LayoutOf(string path) =>
        path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)
        ? CheckpointLayout.SingleFile
        : CheckpointLayout.HuggingFace;
}
