namespace GardenerML.Checkpoints;

/// <summary>
/// How to open a checkpoint, and what its tensor shapes cannot tell. A value that is null is taken from the checkpoint's
/// configuration; where it has none, the defaults named here hold.
/// </summary>
public sealed record VideoMaeCheckpointOptions
{
    /// <summary>
    /// Attention heads of a block; must divide the width. Without a configuration: 16 at the widths 1280 and 1408 (VideoMAE-Huge
    /// and v2's giant), else width / 64, which all other published models have.
    /// </summary>
    public int? HeadCount { get; init; }

    /// <summary>Frames in a clip; a multiple of the tubelet's. 16 without a configuration.</summary>
    public int? FrameCount { get; init; }

    /// <summary>Height and width of a frame; a multiple of the patch's. 224 without a configuration.</summary>
    public int? ImageSize { get; init; }

    /// <summary>
    /// Epsilon of the norms in the blocks, above 0. Without a configuration 1e-6 for MCG-NJU's names and 1e-12, transformers'
    /// default, for Hugging Face's.
    /// </summary>
    public double? LayerNormEpsilon { get; init; }

    /// <summary>
    /// Epsilon of the final norm, above 0. By default 1e-6 for MCG-NJU's names and 1e-5 for a classifier with Hugging Face's,
    /// because transformers uses it whatever its configuration says.
    /// </summary>
    public double? FinalNormEpsilon { get; init; }

    /// <summary>
    /// Whether a missing, unknown or misshapen tensor is an error. If false, such tensors are left out and named in
    /// <see cref="VideoMaeCheckpoint.Missing"/> and <see cref="VideoMaeCheckpoint.Unused"/>.
    /// </summary>
    public bool Strict { get; init; } = true;

    /// <summary>Server and cache for ids of the Hugging Face Hub; those of the environment if null.</summary>
    public HuggingFaceSettings? HuggingFace { get; init; }

    /// <summary>Told about downloads.</summary>
    public IProgress<DownloadProgress>? Progress { get; init; }

    /// <summary>Stops a download.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>Whether one of the values is given that describe the model.</summary>
    internal bool DescribesModel =>
        HeadCount is not null
        || FrameCount is not null
        || ImageSize is not null
        || LayerNormEpsilon is not null
        || FinalNormEpsilon is not null;
}
