using GardenerML.Pretraining;
using GardenerML.Tests.Training;
using GardenerML.VideoMae;
using Microsoft.ML;

namespace GardenerML.Tests.Pretraining;

/// <summary>A model small enough to be pretrained on <see cref="TinyData"/> in a second.</summary>
internal static class TinyPretraining
{
    public static readonly VideoMaePretrainingOptions Options = new()
    {
        NewModel = TinyData.Options.NewModel! with { PatchSize = 4 },
        Decoder = new VideoMaeDecoderConfiguration { Width = 12, BlockCount = 1, HeadCount = 2, MlpWidth = 24 },
        MaskRatio = 0.75,
        Epochs = 3,
        WarmupEpochs = 1,
        BatchSize = 4,
        Seed = 1,
        DecodingThreads = 2,
        Device = ComputeDevice.Cpu,
    };

    public static VideoMaePretrainedTransformer Pretrain(this MLContext ml, VideoMaePretrainingOptions options, int clips = 10) =>
        ml.Transforms.PretrainVideoMae(options).Fit(ml.View(TinyData.Rows(clips)));

    /// <summary>All weights, end to end.</summary>
    public static float[] Weights(this VideoMaePretrainedTransformer model)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        return [.. model.Scorer.Model.parameters().SelectMany(parameter => parameter.detach().cpu().data<float>().ToArray())];
    }

    public static float[] TrainedWeights(VideoMaePretrainingOptions options, int clips = 10)
    {
        using var model = new MLContext(1).Pretrain(options, clips);
        return model.Weights();
    }
}
