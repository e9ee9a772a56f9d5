using GardenerML.Interop;
using GardenerML.VideoMae;
using static TorchSharp.torch;

namespace GardenerML.Pretraining;

/// <summary>Frames of bytes through the model of masked pretraining.</summary>
internal sealed class MaskedPass : IDisposable
{
    private readonly VideoMaePretrainingModel _model;
    private readonly Tensor _mean;
    private readonly Tensor _deviation;

    public MaskedPass(VideoMaePretrainingModel model)
    {
        _model = model;
        var configuration = model.Configuration;
        _mean = PerPixel(configuration.Mean);
        _deviation = PerPixel(configuration.StandardDeviation);

        Tensor PerPixel(ChannelValues values)
        {
            using var scope = NewDisposeScope();
            return tensor(new[] { values.Red, values.Green, values.Blue }).repeat(configuration.TubeletPixelCount / 3)
                .to(model.Device, copy: true).DetachFromDisposeScope();
        }
    }

    /// <summary>Predicted and true pixels of the masked tubelets.</summary>
    /// <param name="frames">uint8 [B, T, H, W, 3] on the model's device.</param>
    /// <param name="visible">Places of visible tubelets: [B, n].</param>
    /// <param name="masked">Places of masked tubelets: [B, m].</param>
    /// <returns>Both [B, m, pixels of a tubelet], normalised by each channel's mean and deviation.</returns>
    public (Tensor Predicted, Tensor Target) Run(Tensor frames, Tensor visible, Tensor masked)
    {
        using var scope = NewDisposeScope();
        var tubelets = Tubelets.Cut(frames, _model.Configuration);
        var predicted = _model.Decode(Encode(tubelets, visible), visible, masked);
        var target = Tubelets.Normalise(Pixels(Tubelets.Select(tubelets, masked))).Values;
        return (predicted.MoveToOuterDisposeScope(), target.MoveToOuterDisposeScope());
    }

    /// <summary>The mean squared error of the masked pixels; a scalar.</summary>
    public Tensor Loss(Tensor frames, Tensor visible, Tensor masked)
    {
        using var scope = NewDisposeScope();
        var (predicted, target) = Run(frames, visible, masked);
        return nn.functional.mse_loss(predicted, target).MoveToOuterDisposeScope();
    }

    /// <summary>Encodes the visible tubelets of clips that are <see cref="Tubelets.Cut"/>: [B, n, width].</summary>
    public Tensor Encode(Tensor tubelets, Tensor visible)
    {
        using var scope = NewDisposeScope();
        var pixels = Pixels(Tubelets.Select(tubelets, visible)).sub_(_mean).div_(_deviation);
        return _model.Encode(pixels, visible).MoveToOuterDisposeScope();
    }

    private static Tensor Pixels(Tensor bytes) => bytes.to(ScalarType.Float32).DividedInPlace(255);

    public void Dispose()
    {
        _mean.Dispose();
        _deviation.Dispose();
    }
}
