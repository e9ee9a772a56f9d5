using static TorchSharp.torch;

namespace GardenerML.VideoMae;

/// <summary>Frames of bytes -> the numbers that a model takes.</summary>
internal sealed class PixelNormalisation : IDisposable
{
    private readonly Tensor _scale;
    private readonly Tensor _offset;

    public PixelNormalisation(VideoMaeConfiguration configuration, Device device)
    {
        var factors = PixelFactors.Of(configuration.Mean, configuration.StandardDeviation);
        _scale = PerChannel(factors.Scale);
        _offset = PerChannel(factors.Offset);

        Tensor PerChannel(ChannelValues values)
        {
            using var scope = NewDisposeScope();
            return tensor(new[] { values.Red, values.Green, values.Blue }).view(1, 3, 1, 1, 1)
                .to(device, copy: true).DetachFromDisposeScope();
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
