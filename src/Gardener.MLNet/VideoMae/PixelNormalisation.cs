using static TorchSharp.torch;

namespace GardenerML.VideoMae;

/// <summary>Frames of bytes -> the numbers that a model takes.</summary>
internal sealed class PixelNormalisation : IDisposable
{
    private readonly Tensor _scale;
    private readonly Tensor _offset;

    public PixelNormalisation(VideoMaeConfiguration configuration, Device device)
    {
        var (mean, deviation) = (configuration.Mean, configuration.StandardDeviation);
        _scale = PerChannel(1 / (255 * deviation.Red), 1 / (255 * deviation.Green), 1 / (255 * deviation.Blue));
        _offset = PerChannel(mean.Red / deviation.Red, mean.Green / deviation.Green, mean.Blue / deviation.Blue);

        Tensor PerChannel(float red, float green, float blue)
        {
            using var scope = NewDisposeScope();
            return tensor(new[] { red, green, blue }).view(1, 3, 1, 1, 1).to(device, copy: true).DetachFromDisposeScope();
        }
    }

    /// <summary>uint8 [B, T, H, W, 3] -> float [B, 3, T, H, W] on the same device: (value / 255 - mean) / deviation.</summary>
    public Tensor Apply(Tensor frames)
    {
        using var channelsFirst = frames.permute(0, 4, 1, 2, 3);
        return channelsFirst.to(ScalarType.Float32).mul_(_scale).sub_(_offset);
    }

    public void Dispose()
    {
        _scale.Dispose();
        _offset.Dispose();
    }
}
