using System.Text.Json;
using System.Text.Json.Serialization;
using GardenerML.Checkpoints;
using Microsoft.ML;

namespace GardenerML.Pruning;

/// <summary>
/// Which blocks of a checkpoint are removed and which stay, and why. Immutable; blocks are numbered from 0.
/// </summary>
/// <remarks>
/// A plan belongs to the weights that it was made for, whatever files hold them, and is refused by others:
/// <see cref="CheckpointHash"/>.
/// </remarks>
public sealed record PruningPlan : IJsonOnDeserialized
{
    internal const int CurrentSchemaVersion = 1;

    /// <summary>Version of the JSON that this library writes and reads.</summary>
    [JsonPropertyName("schemaVersion")]
    [JsonRequired]
    public int SchemaVersion { get; init; } = CurrentSchemaVersion;

    /// <summary>The checkpoint's name: the last part of its path.</summary>
    [JsonPropertyName("checkpoint")]
    public required string Checkpoint { get; init; }

    /// <summary>Identity of the checkpoint's weights: a hash over names, types, shapes and every byte.</summary>
    [JsonPropertyName("checkpointHash")]
    public required string CheckpointHash { get; init; }

    /// <summary>
    /// Where the checkpoint lies; not written into a model, which may be used on another machine. Null when loaded.
    /// </summary>
    [JsonIgnore]
    public string? CheckpointPath { get; init; }

    /// <summary>How the tensors of a block are named; null for VideoMAE checkpoints.</summary>
    [JsonPropertyName("blockPattern")]
    public string? BlockPattern { get; init; }

    /// <summary>Name of the criterion.</summary>
    [JsonPropertyName("criterion")]
    public required string Criterion { get; init; }

    /// <summary>The weights that the criterion looked at; null if it looked at none.</summary>
    [JsonPropertyName("weights")]
    [JsonConverter(typeof(JsonStringEnumConverter<WeightSet>))]
    public WeightSet? Weights { get; init; }

    /// <summary>What was aimed at, in words.</summary>
    [JsonPropertyName("target")]
    public required string Target { get; init; }

    /// <summary>The share of blocks that is removed.</summary>
    [JsonPropertyName("ratio")]
    public double Ratio => Removed.Count / (double)Blocks.Count;

    /// <summary>Numbers of the removed blocks, ascending.</summary>
    [JsonPropertyName("removed")]
    public required IReadOnlyList<int> Removed { get; init; }

    /// <summary>Numbers of the blocks that stay, ascending.</summary>
    [JsonPropertyName("kept")]
    public required IReadOnlyList<int> Kept { get; init; }

    /// <summary>Number of parameters of the pruned model, with the checkpoint's head.</summary>
    [JsonPropertyName("parameters")]
    public required long Parameters { get; init; }

    /// <summary>Multiply-adds of a clip in units of 10^9; null where the model's computation is not known.</summary>
    [JsonPropertyName("gflops")]
    public double? GigaFlops { get; init; }

    /// <summary>What the model costs with all of its blocks.</summary>
    [JsonPropertyName("before")]
    public required PlannedCost Before { get; init; }

    /// <summary>The blocks with what the criterion saw of them, in the order of the checkpoint.</summary>
    [JsonPropertyName("blocks")]
    public required IReadOnlyList<BlockImportance> Blocks { get; init; }

    /// <summary>Block numbers in the order of removal, the first to be removed first; as many as there are blocks.</summary>
    [JsonIgnore]
    public IReadOnlyList<int> RemovalOrder => [.. Blocks.OrderBy(block => block.RemovalRank).Select(block => block.Index)];

    /// <summary>The plan as JSON.</summary>
    public string ToJson() => PruningPlanJson.Write(this);

    /// <summary>Reads <see cref="ToJson"/>.</summary>
    /// <param name="json">The text.</param>
    /// <exception cref="JsonException">The text is not a plan, or of a version that this library does not know.</exception>
    public static PruningPlan FromJson(string json) => PruningPlanJson.Read(json);

    /// <summary>Saves the plan as a JSON file, whole or not at all.</summary>
    /// <param name="path">The file to write or replace.</param>
    public void Save(string path) => PruningPlanJson.Save(this, path);

    /// <summary>Loads a plan from a JSON file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="JsonException">The file does not hold a plan; the message names it.</exception>
    public static PruningPlan Load(string path) => PruningPlanJson.Load(path);

    /// <summary>
    /// Writes the checkpoint without the removed blocks; the others are renumbered, and all else is copied byte for byte.
    /// The plan is stored in it: in the <c>gardener</c> section of its configuration, or for other transformers in the
    /// file's metadata under <c>gardener.plan</c>.
    /// </summary>
    /// <param name="path">The folder or file to write.</param>
    /// <param name="layout">
    /// How to store a VideoMAE checkpoint; null for a single file where the path ends in <c>.safetensors</c>, and for a
    /// Hugging Face folder else. Other transformers are always a single file.
    /// </param>
    /// <param name="checkpoint">Where the checkpoint lies; null for <see cref="CheckpointPath"/>.</param>
    /// <param name="weightType">
    /// How weights are stored: Float32 or Float16; null for as they are. Those of other transformers stay as they are.
    /// </param>
    /// <exception cref="ArgumentException">The weights cannot be stored in this type.</exception>
    /// <exception cref="InvalidOperationException">A weight is too large for the type.</exception>
    /// <exception cref="CheckpointException">
    /// The checkpoint cannot be used, or is not the one that the plan was made for.
    /// </exception>
    /// <exception cref="IOException">The target cannot be written or must not be replaced.</exception>
    public void SaveCheckpoint(
        string path, CheckpointLayout? layout = null, string? checkpoint = null, TensorType? weightType = null) =>
        PrunedCheckpoint.Save(this, path, layout, checkpoint, weightType);

    /// <summary>
    /// One row a block: Block, Weights, Value, StandardError, NormalizedValue, Efficiency, RemovalRank, Tied, Removed; what
    /// is not known is NaN.
    /// </summary>
    /// <param name="mlContext">Makes the view.</param>
    public IDataView ToDataView(MLContext mlContext)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        return mlContext.Data.LoadFromEnumerable(Blocks.Select(block => new PruningPlanRow(this, block)).ToList());
    }

    /// <summary>A table: one line a block, in the checkpoint's order.</summary>
    public override string ToString() => PruningPlanTable.Write(this);

    void IJsonOnDeserialized.OnDeserialized() => PruningPlanJson.Check(this);

    /// <summary>Checks that a checkpoint is the one that the plan was made for: it has as many blocks, and the same weights.</summary>
    /// <param name="checkpoint">An open checkpoint; all of its weights are read.</param>
    /// <exception cref="CheckpointException">It is not.</exception>
    public void CheckFits(VideoMaeCheckpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (BlockPattern is not null)
            throw new CheckpointException(
                checkpoint.Source, $"The pruning plan is for blocks by the pattern '{BlockPattern}' of '{Checkpoint}', not "
                + "for a VideoMAE checkpoint.");
        CheckFits(checkpoint.Source, checkpoint.BlockCount, WeightsHash.Of(checkpoint));
    }

    /// <summary>Checks that a checkpoint is the one that the plan was made for.</summary>
    /// <exception cref="CheckpointException">It is not.</exception>
    internal void CheckFits(string path, int blockCount, string hash)
    {
        if (blockCount != Blocks.Count)
            throw new CheckpointException(
                path, $"The pruning plan was made for '{Checkpoint}' of {Blocks.Count} blocks, but this checkpoint has "
                + $"{blockCount}.");
        if (hash != CheckpointHash)
            throw new CheckpointException(path,
                $"The pruning plan was made for '{Checkpoint}' with the weights {CheckpointHash}, but the weights here are {hash}. Make a "
                + "plan for this checkpoint, or name the other one.");
    }
}
