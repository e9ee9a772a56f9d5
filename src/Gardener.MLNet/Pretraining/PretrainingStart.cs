using GardenerML.Checkpoints;
using GardenerML.Video;
using GardenerML.VideoMae;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace GardenerML.Pretraining;

/// <summary>What masked pretraining starts from: a checkpoint, of which the decoder may be missing, or random weights.</summary>
internal static class PretrainingStart
{
    /// <summary>Name of the decoder's heads in config.json; the shapes do not tell them.</summary>
    public const string DecoderHeadsKey = "decoder_num_attention_heads";

    /// <summary>Builds the model for clips.</summary>
    /// <exception cref="InvalidOperationException">There is nothing to start from, or it does not fit the clips.</exception>
    /// <exception cref="CheckpointException">The checkpoint cannot be used.</exception>
    public static VideoMaePretrainingModel Build(
        VideoMaePretrainingOptions options, VideoClipDataViewType clips, int seed, Device device, IChannel channel)
    {
        if (options.Checkpoint is null && options.NewModel is null)
            throw new InvalidOperationException(
                "There is nothing to train. Set NewModel to the geometry of a model with random weights, or Checkpoint to a checkpoint "
                + "file or folder.");
        using var checkpoint = options.Checkpoint is { } path ? VideoMaeCheckpoint.Open(path) : null;
        var encoder = ForClips(checkpoint?.Configuration ?? options.NewModel!, clips);
        TubeMask.MaskedPatches(encoder, options.MaskRatio);
        var stored = checkpoint is null ? null : DecoderOf(checkpoint);
        var model = new VideoMaePretrainingModel(
            encoder, stored ?? options.Decoder ?? VideoMaeDecoderConfiguration.For(encoder), device);
        try
        {
            using var generator = new Generator((ulong)(uint)seed);
            WeightInitialisation.FillForPretraining(model, generator, _ => true);
            if (checkpoint is not null)
                Load(model, checkpoint, channel);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The model of a checkpoint of pretraining, whole.</summary>
    /// <exception cref="CheckpointException">It is not of pretraining, or a tensor is missing.</exception>
    public static VideoMaePretrainingModel Read(VideoMaeCheckpoint checkpoint, Device device)
    {
        var decoder = DecoderOf(checkpoint)
            ?? throw new CheckpointException(checkpoint.Source, "The checkpoint has no decoder: it is not one of masked pretraining.");
        var model = new VideoMaePretrainingModel(checkpoint.Configuration with { ClassCount = 0 }, decoder, device);
        try
        {
            ModelWeights.Load(model, Tensors(checkpoint), Blocks(checkpoint), _ => true, checkpoint.Source);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static void Load(VideoMaePretrainingModel model, VideoMaeCheckpoint checkpoint, IChannel channel)
    {
        foreach (var note in checkpoint.Notes)
            channel.Info(note);
        var tensors = Tensors(checkpoint);
        var missing = model.named_parameters().Select(parameter => parameter.name).Where(name => !tensors.ContainsKey(name)).ToHashSet();
        ModelWeights.Load(model, tensors, Blocks(checkpoint), name => !missing.Contains(name), checkpoint.Source);
        if (missing.Count > 0)
            channel.Info($"{missing.Count} tensors are new, since the checkpoint lacks them: {string.Join(", ", missing.Take(5))}"
                + (missing.Count > 5 ? ", ..." : "."));
    }

    private static Dictionary<string, LogicalTensor> Tensors(VideoMaeCheckpoint checkpoint) =>
        checkpoint.Encoder.Concat(checkpoint.Decoder).ToDictionary(tensor => tensor.Key, tensor => tensor.Value);

    private static int[] Blocks(VideoMaeCheckpoint checkpoint) => [.. Enumerable.Range(0, checkpoint.BlockCount)];

    private static VideoMaeDecoderConfiguration? DecoderOf(VideoMaeCheckpoint checkpoint)
    {
        if (!checkpoint.Decoder.TryGetValue("encoder_to_decoder.weight", out var inner)
            || !checkpoint.Decoder.TryGetValue("decoder.blocks.0.mlp.fc1.weight", out var mlp))
            return null;
        var (width, hidden) = ((int)inner.Shape[0], (int)mlp.Shape[0]);
        var blocks = 0;
        while (checkpoint.Decoder.ContainsKey($"decoder.blocks.{blocks}.mlp.fc1.weight"))
            blocks++;
        // Heads are 64 wide in all published models.
        var heads = checkpoint.ConfigurationJson?[DecoderHeadsKey]?.GetValue<int>() ?? Math.Max(1, width / 64);
        return new VideoMaeDecoderConfiguration { Width = width, BlockCount = blocks, HeadCount = heads, MlpWidth = hidden };
    }

    private static VideoMaeConfiguration ForClips(VideoMaeConfiguration configuration, VideoClipDataViewType clips)
    {
        if (clips.FrameCount % configuration.TubeletSize != 0 || clips.Height % configuration.PatchSize != 0)
            throw new InvalidOperationException(
                $"The clips are {clips.FrameCount} frames of {clips.Height} x {clips.Width}; the model cuts them into tubelets of "
                + $"{configuration.TubeletSize} frames and patches of {configuration.PatchSize} x {configuration.PatchSize}, so choose "
                + "multiples of these in LoadVideo.");
        return configuration with { FrameCount = clips.FrameCount, ImageSize = clips.Height, ClassCount = 0 };
    }
}
