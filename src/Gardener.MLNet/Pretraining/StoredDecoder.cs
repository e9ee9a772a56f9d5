using System.Text.Json.Nodes;
using GardenerML.Checkpoints;
using GardenerML.VideoMae;

namespace GardenerML.Pretraining;

/// <summary>What the tensors of a checkpoint tell about its decoder, checked before a model of that size is made.</summary>
internal static class StoredDecoder
{
    /// <summary>Name of the decoder's heads in config.json; the shapes do not tell them.</summary>
    public const string HeadsKey = "decoder_num_attention_heads";

    private const int MostWidth = 1 << 13;
    private const int MostHidden = 1 << 20;

    /// <summary>The decoder's geometry; null where the checkpoint has no decoder.</summary>
    /// <exception cref="CheckpointException">The decoder's tensors do not fit each other or the encoder, or a matrix is
    /// missing.</exception>
    public static VideoMaeDecoderConfiguration? Find(VideoMaeCheckpoint checkpoint)
    {
        if (!checkpoint.Decoder.TryGetValue("encoder_to_decoder.weight", out var inner)
            || !checkpoint.Decoder.TryGetValue("decoder.blocks.0.mlp.fc1.weight", out var mlp))
            return null;
        if (inner.Shape is not [>= 1 and <= MostWidth and var width, var outer] || outer != checkpoint.Configuration.Width)
            throw new CheckpointException(
                checkpoint.Source, $"The tensor {inner} should be of shape [width of the decoder, {checkpoint.Configuration.Width}].");
        if (mlp.Shape is not [>= 1 and <= MostHidden and var hidden, var of] || of != width)
            throw new CheckpointException(checkpoint.Source, $"The tensor {mlp} should be of shape [width of the MLP, {width}].");
        var blocks = 0;
        while (checkpoint.Decoder.ContainsKey($"decoder.blocks.{blocks}.mlp.fc1.weight"))
            blocks++;
        var decoder = new VideoMaeDecoderConfiguration
        {
            Width = (int)width,
            BlockCount = blocks,
            HeadCount = Heads(checkpoint, (int)width),
            MlpWidth = (int)hidden,
        };
        var faults = CompletenessCheck.OfDecoder(checkpoint.Decoder, checkpoint.Configuration, decoder);
        return faults.Count == 0
            ? decoder
            : throw new CheckpointException(checkpoint.Source, $"The decoder's tensors do not fit: {string.Join("; ", faults.Take(5))}"
                + (faults.Count > 5 ? $"; and {faults.Count - 5} more." : "."));
    }

    private static int Heads(VideoMaeCheckpoint checkpoint, int width)
    {
        if (checkpoint.ConfigurationJson?[HeadsKey] is not { } stated)
            return Guess(width);
        if (stated is JsonValue value && value.TryGetValue(out int heads) && heads >= 1 && width % heads == 0)
            return heads;
        throw new CheckpointException(
            checkpoint.Source, $"{HeadsKey} must be a whole number that divides the decoder's width {width}.");
    }

    // Heads are 64 wide in all published decoders but that of VideoMAE-Huge.
    private static int Guess(int width)
    {
        var heads = width == 640 ? 8 : Math.Max(1, width / 64);
        return width % heads == 0 ? heads : 1;
    }
}
