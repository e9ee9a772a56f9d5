using GardenerML.Interop;
using GardenerML.Video;
using GardenerML.VideoMae;
using static TorchSharp.torch;

namespace GardenerML.Pretraining;

/// <summary>Hides part of a clip and lets a model fill it in.</summary>
internal static class Reconstructor
{
    private const byte Grey = 128;

    /// <summary>Reconstructs a decoded clip.</summary>
    /// <param name="scorer">The model.</param>
    /// <param name="clip">The frames, of the model's geometry.</param>
    /// <param name="maskRatio">The share of patches that is hidden.</param>
    /// <param name="seed">Which are.</param>
    public static ClipReconstruction Run(FeatureScorer scorer, VideoFrames clip, double maskRatio, int seed)
    {
        var (model, configuration) = (scorer.Model, scorer.Configuration);
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        using var mask = TubeMask.Draw(1, configuration, maskRatio, _ => new Random(seed));
        var (visible, masked) = mask.Of(0, 1, model.Device);
        long side = configuration.ImageSize;
        var frames = tensor(clip.Pixels.ToArray(), [1, configuration.FrameCount, side, side, 3]).to(model.Device);
        var (predicted, target) = scorer.Pass.Run(frames, visible, masked);
        var loss = nn.functional.mse_loss(predicted, target).ToNumber();

        var tubelets = Tubelets.Cut(frames, configuration);
        var (_, mean, divisor) = Tubelets.Normalise(
            Tubelets.Select(tubelets, masked).to(ScalarType.Float32).DividedInPlace(255));
        var filled = predicted.view(1, masked.shape[1], -1, 3).mul(divisor).Plus(mean).TimesInPlace(255).round_().ClampInPlace(0, 255)
            .to(ScalarType.Byte).view(1, masked.shape[1], -1);
        return new ClipReconstruction(
            configuration.FrameCount, configuration.ImageSize, clip.Pixels.ToArray(), With(filled.clone().Fill(Grey)), With(filled), loss);

        byte[] With(Tensor hidden)
        {
            var joined = tubelets.clone();
            joined[0].index_copy_(0, masked[0], hidden[0]);
            return Tubelets.Join(joined, configuration).cpu().bytes.ToArray();
        }
    }
}
