using System.Text.Json.Nodes;
using GardenerML.VideoMae;

namespace GardenerML.Checkpoints;

/// <summary>
/// An open VideoMAE checkpoint of any known layout, its tensors under logical names, which are MCG-NJU's. Opening checks that
/// everything is there and fits, and reads next to nothing; a tensor's numbers are read when they are asked for.
/// </summary>
/// <remarks>
/// Known are Hugging Face folders (config.json with model.safetensors, also sharded, or pytorch_model.bin), single safetensors
/// and PyTorch files with MCG-NJU's, VideoMAE v2's or Hugging Face's tensor names, for classification or pretraining, and what
/// <see cref="VideoMaeCheckpointWriter"/> writes. Where a single file is named, a config.json beside it is used for what shapes
/// do not tell (heads, frames, image size, class names), provided that it agrees with the shapes.
/// </remarks>
public sealed class VideoMaeCheckpoint : IDisposable
{
    private readonly TensorFile _file;

    internal VideoMaeCheckpoint(TensorFile file) => _file = file;

    /// <summary>The path or id that was opened.</summary>
    public required string Source { get; init; }

    /// <summary>How the tensors are stored.</summary>
    public required CheckpointFormat Format { get; init; }

    /// <summary>What the checkpoint was made for.</summary>
    public required CheckpointKind Kind { get; init; }

    /// <summary>The geometry of the model; its class count is that of the stored head.</summary>
    public required VideoMaeConfiguration Configuration { get; init; }

    /// <summary>The type that the weight matrices of the blocks are stored in.</summary>
    public required TensorType WeightType { get; init; }

    /// <summary>
    /// Names of the classes in the order of the head's outputs; null if the checkpoint does not tell.
    /// </summary>
    public required IReadOnlyList<string>? LabelNames { get; init; }

    /// <summary>
    /// The encoder's tensors by logical name, and of a classifier the head's: <c>patch_embed.proj.{weight,bias}</c>,
    /// <c>blocks.i.norm1.*</c>, <c>blocks.i.attn.qkv.weight</c>, <c>blocks.i.attn.{q_bias,v_bias}</c> (and <c>k_bias</c>, if
    /// <see cref="VideoMaeConfiguration.KeyBias"/>), <c>blocks.i.attn.proj.*</c>, <c>blocks.i.norm2.*</c>,
    /// <c>blocks.i.mlp.{fc1,fc2}.*</c>, <c>fc_norm.*</c>, <c>head.*</c>. A checkpoint without a norm of its own for
    /// classification has the encoder's final norm as <c>fc_norm</c>; a pretrained one without either has none.
    /// </summary>
    public required IReadOnlyDictionary<string, LogicalTensor> Encoder { get; init; }

    /// <summary>
    /// What pretraining has beside the encoder: <c>encoder.norm.*</c>, <c>encoder_to_decoder.weight</c>, <c>mask_token</c>,
    /// <c>decoder.blocks.i.*</c>, <c>decoder.norm.*</c>, <c>decoder.head.*</c>; as much of it as the file holds.
    /// </summary>
    public required IReadOnlyDictionary<string, LogicalTensor> Decoder { get; init; }

    /// <summary>Logical names that the model needs and the file lacks; empty unless opened without Strict.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>
    /// Names of stored tensors that are not among <see cref="Encoder"/> and <see cref="Decoder"/>, position tables
    /// included.
    /// </summary>
    public required IReadOnlyList<string> Unused { get; init; }

    /// <summary>What was assumed or left out on opening, for the log; each a sentence.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The configuration as the checkpoint holds it (config.json); null if it has none.</summary>
    public required JsonObject? ConfigurationJson { get; init; }

    /// <summary>
    /// The section that this library adds to the configuration of checkpoints it writes; null if another program wrote
    /// it.
    /// </summary>
    public JsonObject? GardenerSection => ConfigurationJson?["gardener"] as JsonObject;

    /// <summary>Number of transformer blocks.</summary>
    public int BlockCount => Configuration.BlockCount;

    /// <summary>Outputs of the stored classification head; 0 if there is none.</summary>
    public int ClassCount => Configuration.ClassCount;

    /// <summary>
    /// Opens a checkpoint. A text that is no existing path may be the name of one of the <see cref="ShippedCheckpoints"/>, or have
    /// the form of a Hugging Face id (owner/name), which is looked up in the local cache and downloaded only if it is not there.
    /// </summary>
    /// <param name="pathOrId">
    /// A folder, a file, a name such as <c>videomae-tiny</c>, or an id such as <c>MCG-NJU/videomae-base</c>.
    /// </param>
    /// <param name="options">What the checkpoint does not tell, and how strict to be.</param>
    /// <exception cref="CheckpointException">The checkpoint is damaged, incomplete or of an unknown kind.</exception>
    /// <exception cref="ArgumentException">An option does not fit the model.</exception>
    public static VideoMaeCheckpoint Open(string pathOrId, VideoMaeCheckpointOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(pathOrId);
        options ??= new VideoMaeCheckpointOptions();
        if (File.Exists(pathOrId))
            return CheckpointOpener.Open(CheckpointLocation.OpenFile(pathOrId), pathOrId, options);
        if (Directory.Exists(pathOrId))
            return CheckpointOpener.Open(CheckpointLocation.OpenFolder(pathOrId), pathOrId, options);
        if (ShippedCheckpoints.Names.Contains(pathOrId))
            return CheckpointOpener.Open(CheckpointLocation.OpenShipped(pathOrId), pathOrId, options);
        if (!HuggingFaceHub.IsId(pathOrId))
            throw new CheckpointException(
                pathOrId,
                "There is no such file or folder, and it is not the id of a Hugging Face model (owner/name) either, nor a checkpoint "
                + $"of this library ({string.Join(", ", ShippedCheckpoints.Names)}).");
        var folder = FolderOfModel(pathOrId, options);
        return CheckpointOpener.Open(CheckpointLocation.OpenFolder(folder), pathOrId, options);
    }

    /// <summary>The folder of a model of the Hub; what fails is said of a text that may be a mistyped path.</summary>
    private static string FolderOfModel(string id, VideoMaeCheckpointOptions options)
    {
        const string NoFile = "There is no such file or folder here. ";
        var settings = options.HuggingFace ?? HuggingFaceSettings.FromEnvironment();
        // A path into a folder that is here is a mistyped one, of which the server need not be told.
        var owner = id[..id.IndexOf('/')];
        var isPath = Directory.Exists(owner);
        try
        {
            // The Hub's code never returns to the caller's context, so waiting cannot block it.
            return HuggingFaceHub.GetModelFolderAsync(
                id, isPath ? settings with { Offline = true } : settings, options.Progress, options.CancellationToken).GetAwaiter().GetResult();
        }
        catch (CheckpointException) when (isPath && !settings.Offline)
        {
            throw new CheckpointException(
                id, NoFile + $"It was looked for as the id of a Hugging Face model too, but is not in the cache {settings.CacheFolder}; as there is a "
                + $"folder '{owner}' here, the server was not asked.");
        }
        catch (CheckpointException e) when (e.Path == id)
        {
            throw new CheckpointException(id, NoFile + "It was looked for as the id of a Hugging Face model too: " + e.Message[(id.Length + 2)..], e);
        }
    }

    /// <summary>
    /// Reads a checkpoint in safetensors format from a stream, such as the entry of a zip file, into native memory.
    /// </summary>
    /// <param name="stream">The stream; it need not be seekable, and stays open.</param>
    /// <param name="name">What error messages call it.</param>
    /// <param name="options">What the checkpoint does not tell, and how strict to be.</param>
    /// <exception cref="CheckpointException">The checkpoint is damaged, incomplete or of an unknown kind.</exception>
    /// <exception cref="ArgumentException">An option does not fit the model.</exception>
    public static VideoMaeCheckpoint Read(Stream stream, string name, VideoMaeCheckpointOptions? options = null) =>
        CheckpointOpener.Open(CheckpointLocation.ReadStream(stream, name), name, options ?? new VideoMaeCheckpointOptions());

    /// <summary>
    /// The four weight matrices of a block (attention qkv, attention projection, MLP fc1, MLP fc2) as they are stored; qkv may
    /// be three tensors.
    /// </summary>
    /// <param name="block">The block, 0 to <see cref="BlockCount"/> - 1.</param>
    public IReadOnlyList<StoredTensor> BlockWeights(int block)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(block);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(block, BlockCount);
        var prefix = $"blocks.{block}.";
        return
        [
            .. Encoder[prefix + "attn.qkv.weight"].Parts,
            .. Encoder[prefix + "attn.proj.weight"].Parts,
            .. Encoder[prefix + "mlp.fc1.weight"].Parts,
            .. Encoder[prefix + "mlp.fc2.weight"].Parts,
        ];
    }

    /// <summary>Closes the file; its tensors are no longer valid.</summary>
    public void Dispose() => _file.Dispose();
}
