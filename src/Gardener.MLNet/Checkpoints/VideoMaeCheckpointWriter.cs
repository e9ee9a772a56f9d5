using System.Text;
using System.Text.Json.Nodes;

namespace GardenerML.Checkpoints;

/// <summary>
/// Saves checkpoints that <see cref="VideoMaeCheckpoint.Open"/> and, for the Hugging Face layouts, transformers read.
/// </summary>
/// <remarks>
/// The configuration gets a section <c>gardener</c> with what transformers has no place for: the epsilon of the final norm
/// (transformers' classifier uses 1e-5 whatever its configuration says, which changes logits by about 2e-6) and what the caller
/// adds.
/// </remarks>
public static class VideoMaeCheckpointWriter
{
    /// <summary>
    /// Saves a checkpoint: everything is written beside the target under a temporary name and then renamed, so that the target
    /// is whole or untouched.
    /// </summary>
    /// <param name="path">
    /// The folder, or for <see cref="CheckpointLayout.SingleFile"/> the file, to write. A folder that is not empty is replaced if
    /// it holds a VideoMAE checkpoint, and refused else.
    /// </param>
    /// <param name="content">The tensors and all else.</param>
    /// <param name="layout">How to store it.</param>
    /// <exception cref="ArgumentException">The tensors are not those that the configuration asks for.</exception>
    /// <exception cref="IOException">The target cannot be written or must not be replaced.</exception>
    public static void Save(
        string path, VideoMaeCheckpointContent content, CheckpointLayout layout = CheckpointLayout.HuggingFace)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Check(content);
        if (layout == CheckpointLayout.SingleFile)
        {
            AtomicFile.Write(path, stream => Write(stream, content));
            return;
        }
        var pretraining = IsPretraining(content);
        AtomicFolder.Write(path, IsCheckpoint, folder =>
        {
            WriteJson(folder, "config.json", ConfigurationWriter.Configuration(content, pretraining));
            WriteJson(folder, "preprocessor_config.json", ConfigurationWriter.Preprocessor(content.Configuration));
            var version5 = layout == CheckpointLayout.HuggingFaceV5;
            var tensors = Stored(content).SelectMany(tensor => HuggingFaceNames.Translate(tensor, version5));
            // transformers reads only files that say where they come from.
            var metadata = new Dictionary<string, string> { ["format"] = "pt" };
            SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), tensors, metadata);
        });
    }

    /// <summary>
    /// Checks that <see cref="Save"/> accepts a folder, so that what takes long need not end without a place to put it: the folder
    /// is absent, empty, or holds a VideoMAE checkpoint.
    /// </summary>
    /// <param name="folder">The folder; nothing is written.</param>
    /// <exception cref="IOException">It is a file, or holds something else.</exception>
    public static void CheckFolder(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        AtomicFolder.Check(folder, IsCheckpoint);
    }

    /// <summary>
    /// Writes a checkpoint of <see cref="CheckpointLayout.SingleFile"/> to a stream, such as the entry of a zip file;
    /// <see cref="VideoMaeCheckpoint.Read"/> reads it.
    /// </summary>
    /// <param name="stream">The stream; it need not be seekable, and stays open.</param>
    /// <param name="content">The tensors and all else.</param>
    /// <exception cref="ArgumentException">The tensors are not those that the configuration asks for.</exception>
    public static void Write(Stream stream, VideoMaeCheckpointContent content)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Check(content);
        var pretraining = IsPretraining(content);
        var configuration = ConfigurationWriter.Configuration(content, pretraining);
        var preprocessor = ConfigurationWriter.Preprocessor(content.Configuration);
        foreach (var key in (string[])["image_mean", "image_std"])
            configuration[key] = preprocessor[key]!.DeepClone();
        var metadata = new Dictionary<string, string>
        {
            ["format"] = "pt",
            [CheckpointLocation.MetadataKey] = configuration.ToJsonString(),
        };
        var tensors = Stored(content).Select(tensor => tensor with { Name = McgName(tensor.Name, pretraining) });
        SafetensorsWriter.Write(stream, tensors, metadata);
    }

    /// <summary>
    /// Saves a checkpoint without some of its blocks: the stored bytes of all other tensors are copied as they are, the kept
    /// blocks are renumbered.
    /// </summary>
    /// <param name="checkpoint">An open checkpoint.</param>
    /// <param name="keptBlocks">The blocks to keep, 0-based and ascending; at least one.</param>
    /// <param name="path">The folder or file to write.</param>
    /// <param name="layout">How to store it.</param>
    /// <exception cref="ArgumentException">
    /// The blocks are not ascending, there are none, or the checkpoint has no such block.
    /// </exception>
    /// <exception cref="IOException">The target cannot be written or must not be replaced.</exception>
    public static void SavePruned(
        VideoMaeCheckpoint checkpoint,
        IReadOnlyList<int> keptBlocks,
        string path,
        CheckpointLayout layout = CheckpointLayout.HuggingFace) =>
        Save(path, VideoMaeCheckpointContent.From(checkpoint, keptBlocks), layout);

    private static bool IsPretraining(VideoMaeCheckpointContent content) =>
        content.Tensors.Any(tensor => KeyMap.IsPretraining(tensor.Name));

    /// <summary>A pretraining checkpoint has the encoder's final norm under its own name only.</summary>
    private static IEnumerable<TensorContent> Stored(VideoMaeCheckpointContent content) =>
        content.Configuration.ClassCount == 0
        && content.Tensors.Any(tensor => tensor.Name.StartsWith("encoder.norm.", StringComparison.Ordinal))
            ? content.Tensors.Where(tensor => !tensor.Name.StartsWith("fc_norm.", StringComparison.Ordinal))
            : content.Tensors;

    /// <summary>In MCG-NJU's pretraining files the encoder's names begin with "encoder.".</summary>
    private static string McgName(string logical, bool pretraining) =>
        pretraining
        && (logical.StartsWith("blocks.", StringComparison.Ordinal)
            || logical.StartsWith("patch_embed.", StringComparison.Ordinal))
            ? "encoder." + logical
            : logical;

    private static bool IsCheckpoint(string folder)
    {
        try
        {
            return ConfigurationFile.Read(Path.Combine(folder, "config.json")).IsVideoMae;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void Check(VideoMaeCheckpointContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        content.Configuration.Validate();
        if (content.LabelNames is { } labels && labels.Count != content.Configuration.ClassCount)
            throw new ArgumentException(
                $"There are {labels.Count} class names for a head of {content.Configuration.ClassCount} outputs.",
                nameof(content));
        var kind = content.Configuration.ClassCount > 0 ? CheckpointKind.Classifier
            : IsPretraining(content) ? CheckpointKind.Pretraining : CheckpointKind.Encoder;
        var shapes = new Dictionary<string, IReadOnlyList<long>>();
        foreach (var tensor in content.Tensors)
        {
            if (!shapes.TryAdd(tensor.Name, tensor.Shape))
                throw new ArgumentException($"Two tensors are named \"{tensor.Name}\".", nameof(content));
        }
        var faults = CompletenessCheck.Compare(shapes, content.Configuration, kind);
        if (faults.Count > 0)
        {
            throw new ArgumentException(
                $"The tensors do not fit the configuration ({faults.Count} faults): " +
                    $"{string.Join("; ", faults.Take(10))}.",
                nameof(content));
        }
    }

    private static void WriteJson(string folder, string name, JsonObject json) =>
        AtomicFile.Write(
            Path.Combine(folder, name), stream => stream.Write(Encoding.UTF8.GetBytes(ConfigurationWriter.ToText(json))));
}
