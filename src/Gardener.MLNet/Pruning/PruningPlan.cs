using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GardenerML.Pruning;

/// <summary>Which blocks of a checkpoint are removed and which stay, and why. Immutable; blocks are numbered from 0.</summary>
public sealed record PruningPlan
{
    /// <summary>The checkpoint's name: the last part of its path.</summary>
    public required string Checkpoint { get; init; }

    /// <summary>Where the checkpoint lies; not written into a model, which may be used on another machine. Null when loaded.</summary>
    [JsonIgnore]
    public string? CheckpointPath { get; init; }

    /// <summary>Name of the criterion.</summary>
    public required string Criterion { get; init; }

    /// <summary>The blocks with what the criterion saw of them, in the order of the checkpoint.</summary>
    public required IReadOnlyList<BlockImportance> Blocks { get; init; }

    /// <summary>Numbers of the removed blocks, ascending.</summary>
    public required IReadOnlyList<int> Removed { get; init; }

    /// <summary>Numbers of the blocks that stay, ascending.</summary>
    public required IReadOnlyList<int> Kept { get; init; }

    /// <summary>The share of blocks that is removed.</summary>
    [JsonIgnore]
    public double Ratio => Removed.Count / (double)Blocks.Count;

    /// <summary>Makes a plan from the values of a criterion.</summary>
    /// <param name="checkpointPath">Where the checkpoint lies.</param>
    /// <param name="criterion">The criterion.</param>
    /// <param name="values">Its value for each block.</param>
    /// <param name="weightCounts">How many weights of each block it looked at.</param>
    /// <param name="count">How many blocks to remove; below the number of blocks.</param>
    internal static PruningPlan Make(
        string checkpointPath, PruningCriterion criterion, IReadOnlyList<double> values, IReadOnlyList<long> weightCounts, int count)
    {
        var order = criterion.RemovalOrder(values);
        var removed = order.Take(count).Order().ToArray();
        return new PruningPlan
        {
            Checkpoint = Path.GetFileName(Path.TrimEndingDirectorySeparator(checkpointPath)),
            CheckpointPath = checkpointPath,
            Criterion = criterion.Name,
            Blocks = [.. values.Select((value, block) =>
                new BlockImportance(block, weightCounts[block], value, Array.IndexOf(order, block)))],
            Removed = removed,
            Kept = [.. Enumerable.Range(0, values.Count).Except(removed)],
        };
    }

    /// <summary>The plan as JSON.</summary>
    internal string ToJson() => JsonSerializer.Serialize(this);

    /// <summary>Reads <see cref="ToJson"/>.</summary>
    /// <exception cref="JsonException">The text is not a plan.</exception>
    internal static PruningPlan FromJson(string json)
    {
        var plan = JsonSerializer.Deserialize<PruningPlan>(json) ?? throw new JsonException("The plan is null.");
        var blocks = plan.Removed.Concat(plan.Kept).Order();
        if (plan.Kept.Count == 0 || !blocks.SequenceEqual(Enumerable.Range(0, plan.Blocks.Count)))
            throw new JsonException("The plan's removed and kept blocks are not a split of its blocks.");
        return plan;
    }

    /// <summary>A table: one line a block, in the checkpoint's order.</summary>
    public override string ToString()
    {
        var text = new StringBuilder()
            .AppendLine($"{Checkpoint}: {Removed.Count} of {Blocks.Count} blocks removed by {Criterion}")
            .AppendLine("block    weights      value  order");
        foreach (var block in Blocks)
        {
            var fate = Removed.Contains(block.Index) ? "  removed" : "";
            text.AppendLine($"{block.Index,5} {block.Weights,10} {block.Value,10:0.000000} {block.RemovalRank + 1,6}{fate}");
        }
        return text.ToString();
    }
}
