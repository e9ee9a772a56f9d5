using System.Text.Json.Nodes;
using GardenerML.VideoMae;

namespace GardenerML.Checkpoints;

/// <summary>What is to be saved as a checkpoint.</summary>
public sealed record VideoMaeCheckpointContent
{
    /// <summary>The geometry; the tensors must have its shapes.</summary>
    public required VideoMaeConfiguration Configuration { get; init; }

    /// <summary>
    /// All tensors under logical names, as <see cref="VideoMaeCheckpoint.Encoder"/> and <see cref="VideoMaeCheckpoint.Decoder"/>
    /// list them. With tensors of the decoder among them the checkpoint becomes one of pretraining.
    /// </summary>
    public required IReadOnlyList<TensorContent> Tensors { get; init; }

    /// <summary>Names of the classes in the order of the head's outputs; null for none.</summary>
    public IReadOnlyList<string>? LabelNames { get; init; }

    /// <summary>
    /// What this library wants to keep with the checkpoint, such as the pruning plan; stored in the configuration under
    /// <c>gardener</c>.
    /// </summary>
    public JsonObject? GardenerSection { get; init; }

    /// <summary>
    /// A configuration whose entries are kept where nothing here says otherwise: that of the checkpoint that the weights come
    /// from.
    /// </summary>
    public JsonObject? BaseConfiguration { get; init; }

    /// <summary>
    /// The content of an open checkpoint with some of its blocks only; they are renumbered. No weight is copied yet.
    /// </summary>
    /// <param name="checkpoint">The checkpoint, which must stay open until the content is written.</param>
    /// <param name="keptBlocks">The blocks to keep, 0-based and ascending; at least one.</param>
    /// <exception cref="ArgumentException">The blocks are not ascending, or there are none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The checkpoint has no such block.</exception>
    public static VideoMaeCheckpointContent From(VideoMaeCheckpoint checkpoint, IReadOnlyList<int> keptBlocks)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(keptBlocks);
        var newIndices = new Dictionary<int, int>();
        foreach (var block in keptBlocks)
        {
            if (block < 0 || block >= checkpoint.BlockCount)
                throw new ArgumentOutOfRangeException(
                    nameof(keptBlocks), block, $"The checkpoint has the blocks 0 to {checkpoint.BlockCount - 1}.");
            if (newIndices.Count > 0 && block <= keptBlocks[newIndices.Count - 1])
                throw new ArgumentException(
                    $"The kept blocks must be ascending; found {string.Join(", ", keptBlocks)}.", nameof(keptBlocks));
            newIndices.Add(block, newIndices.Count);
        }
        if (newIndices.Count == 0)
            throw new ArgumentException("At least one block must be kept.", nameof(keptBlocks));
        var tensors = new List<TensorContent>();
        foreach (var (name, tensor) in checkpoint.Encoder.Concat(checkpoint.Decoder))
        {
            if (NewName(name) is { } newName)
                tensors.Add(new TensorContent(newName, tensor.Type, tensor.Shape, tensor.WriteTo));
        }
        return new VideoMaeCheckpointContent
        {
            Configuration = checkpoint.Configuration with { BlockCount = newIndices.Count },
            Tensors = tensors,
            LabelNames = checkpoint.LabelNames,
            GardenerSection = checkpoint.GardenerSection?.DeepClone().AsObject(),
            BaseConfiguration = checkpoint.ConfigurationJson,
        };

        string? NewName(string name)
        {
            const string Prefix = "blocks.";
            if (!name.StartsWith(Prefix, StringComparison.Ordinal))
                return name;
            var dot = name.IndexOf('.', Prefix.Length);
            return newIndices.TryGetValue(int.Parse(name.AsSpan(Prefix.Length, dot - Prefix.Length)), out var index)
                ? $"{Prefix}{index}{name[dot..]}"
                : null;
        }
    }
}
