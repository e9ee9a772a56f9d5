namespace GardenerML.Checkpoints;

/// <summary>
/// Names of the small checkpoints inside this library, which open wherever a checkpoint is named, without a download. A file or
/// folder of the same name in the current directory goes before them.
/// </summary>
/// <remarks>
/// Both are VideoMAE of 12 blocks, width 128, for 8 frames of 64 x 64 in patches of 2 x 16 x 16, stored as Float16. They saw few
/// real clips, so a checkpoint pretrained on many is the better start for real videos. Origin: docs/models.
/// </remarks>
public static class ShippedCheckpoints
{
    /// <summary>
    /// The default of <see cref="Gardener.Prune(double, string?, Pruning.PruningCriterion?, Microsoft.ML.MLContext?)"/> and of the
    /// trainer of classifiers: pretrained by masking, then trained to tell apart 54 motions of objects and cameras.
    /// </summary>
    public const string VideoMaeTiny = "videomae-tiny";

    /// <summary>Encoder and decoder as masked pretraining left them; no classes.</summary>
    public const string VideoMaeTinyPretrained = "videomae-tiny-pretrained";

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [VideoMaeTiny, VideoMaeTinyPretrained];

    /// <summary>The bytes of a shipped checkpoint where they lie in the loaded library.</summary>
    internal static ByteSource Open(string name)
    {
        var resource = typeof(ShippedCheckpoints).Assembly.GetManifestResourceStream(name + ".safetensors") as UnmanagedMemoryStream
            ?? throw new CheckpointException(name, "The library was built without this checkpoint.");
        return ByteSource.Of(resource);
    }
}
