using GardenerML.Checkpoints;
using GardenerML.Pruning;
using GardenerML.Training;
using GardenerML.Video;
using GardenerML.VideoMae;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace GardenerML.Pretraining;

/// <summary>What masked pretraining starts from: a checkpoint, of which the decoder may be missing, or random weights.</summary>
internal static class PretrainingStart
{
    /// <summary>Checks what needs no row of the data and no weights.</summary>
    /// <exception cref="ArgumentException">The mask ratio hides no patch, or all.</exception>
    /// <exception cref="InvalidOperationException">There is nothing to start from, it does not fit the clips, or they carry a pruning
    /// plan.</exception>
    /// <exception cref="CheckpointException">The checkpoint cannot be used.</exception>
    public static void Check(VideoMaePretrainingOptions options, ClipColumns columns)
    {
        if (PruningTransformer.PlanOf(columns.Video) is not null)
            throw new InvalidOperationException(
                $"Prune before pretraining has no effect: the column '{columns.Video.Name}' carries a pruning plan, but PretrainVideoMae "
                + "trains all blocks. Take Prune out, and prune the pretrained checkpoint before fine-tuning.");
        if (options.Checkpoint is null && options.NewModel is null)
            throw new InvalidOperationException(
                "There is nothing to train. Set NewModel to the geometry of a model with random weights, or Checkpoint to a checkpoint "
                + $"file or folder, or to go on from that of the library, to \"{ShippedCheckpoints.VideoMaeTinyPretrained}\".");
        using var checkpoint = options.Checkpoint is { } path ? VideoMaeCheckpoint.Open(path) : null;
        TubeMask.MaskedPatches(ForClips(checkpoint?.Configuration ?? options.NewModel!, columns.ClipType), options.MaskRatio);
        if (checkpoint is not null)
        {
            ModelStart.RequireChosen(columns.ClipType, checkpoint);
            _ = StoredDecoder.Find(checkpoint);
        }
    }

    /// <summary>Builds the model for clips, which are <see cref="Check"/>ed.</summary>
    /// <exception cref="CheckpointException">The checkpoint cannot be used.</exception>
    public static VideoMaePretrainingModel Build(
        VideoMaePretrainingOptions options, VideoClipDataViewType clips, int seed, Device device, IChannel channel)
    {
        using var checkpoint = options.Checkpoint is { } path ? VideoMaeCheckpoint.Open(path) : null;
        var encoder = ForClips(checkpoint?.Configuration ?? options.NewModel!, clips);
        var stored = checkpoint is null ? null : StoredDecoder.Find(checkpoint);
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
        var decoder = StoredDecoder.Find(checkpoint)
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

    private static VideoMaeConfiguration ForClips(VideoMaeConfiguration configuration, VideoClipDataViewType clips)
    {
        ModelStart.RequireDivisible(clips, configuration);
        return configuration with { FrameCount = clips.FrameCount, ImageSize = clips.Height, ClassCount = 0 };
    }
}
