using System.Diagnostics;
using GardenerML.Interop;
using static TorchSharp.torch;

namespace GardenerML.VideoMae;

/// <summary>
/// A classifier's forward pass from bytes to logits, without gradients: weights are brought into the wanted type and biases joined
/// once, and the normalisation of pixels is part of the patch embedding. The model's weights must not change afterwards: some are
/// copies, others (in single precision most) are the model's own, so that a change would reach only a part. Safe to use from several
/// threads.
/// </summary>
internal sealed class ScoringPass : IDisposable
{
    // One clip of 16 frames of 224 x 224 pixels keeps all processors busy. More at a time would only not fit the caches, and the
    // allocator would fetch its large buffers anew from the system each time.
    private const int MostTokensOnCpu = 2048;

    private readonly VideoMaeClassifier _model;
    private readonly ScalarType _type;
    private readonly Tensor _pixelWeight;
    private readonly Tensor _pixelCentre;
    private readonly Tensor _positions;
    private readonly ScoringBlock[] _blocks;

    /// <summary>Makes the weights ready.</summary>
    /// <param name="model">The model, which must outlive this.</param>
    /// <param name="type">What matrix products are computed in, the head's apart: Float32 or BFloat16.</param>
    public ScoringPass(VideoMaeClassifier model, ScalarType type)
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        (_model, _type) = (model, type);
        var weights = model.named_parameters().ToDictionary(pair => pair.name, pair => (Tensor)pair.parameter);
        var configuration = model.Configuration;
        var (mean, deviation) = (configuration.Mean, configuration.StandardDeviation);

        // weight * (x / 255 - mean) / deviation = scaled * (x - centre) - scaled * (255 * mean - centre). With whole numbers near the
        // mean as centre, all pixels are exact in either type and nothing large cancels out.
        var centre = PerPixel(Math.Round(255.0 * mean.Red), Math.Round(255.0 * mean.Green), Math.Round(255.0 * mean.Blue));
        var rest = PerPixel(255.0 * mean.Red, 255.0 * mean.Green, 255.0 * mean.Blue).sub_(centre);
        var scaled = weights["patch_embed.proj.weight"].permute(0, 2, 3, 4, 1).reshape(configuration.Width, -1)
            .div(PerPixel(255.0 * deviation.Red, 255.0 * deviation.Green, 255.0 * deviation.Blue)).to(type);
        var bias = weights["patch_embed.proj.bias"].sub(scaled.to(ScalarType.Float32).matmul(rest));
        _pixelWeight = scaled;
        _pixelCentre = centre.to(type);
        _positions = model.Positions.Plus(bias);
        _blocks = [.. Enumerable.Range(0, configuration.BlockCount).Select(block => new ScoringBlock(configuration, weights, block, type))];
        // Only now that all are there: where memory runs out before, the scope frees those that are.
        foreach (var made in _blocks.SelectMany(block => block.Made).Concat([_pixelWeight, _pixelCentre, _positions]))
            made.DetachFromDisposeScope();

        Tensor PerPixel(double red, double green, double blue) => tensor(
            new[] { (float)red, (float)green, (float)blue }, device: model.Device).repeat(configuration.TubeletPixelCount / 3);
    }

    /// <summary>Makes the pass of a precision; where the choice is left open, both are tried on an empty clip.</summary>
    /// <param name="model">The model, which must outlive the pass.</param>
    /// <param name="precision">What matrix products are computed in.</param>
    public static ScoringPass Of(VideoMaeClassifier model, Precision precision)
    {
        if (precision != Precision.Auto)
            return new ScoringPass(model, precision == Precision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32);
        var single = new ScoringPass(model, ScalarType.Float32);
        ScoringPass? half = null;
        try
        {
            half = new ScoringPass(model, ScalarType.BFloat16);
            var (chosen, other) = FasterPrecision.IsBFloat16(single.Time, half.Time) ? (half, single) : (single, half);
            other.Dispose();
            return chosen;
        }
        catch
        {
            single.Dispose();
            half?.Dispose();
            throw;
        }
    }

    /// <summary>What matrix products are computed in, the head's apart.</summary>
    public ScalarType Type => _type;

    /// <summary>uint8 [B, T, H, W, 3] on the model's device -> logits [B, classes].</summary>
    public Tensor Forward(Tensor frames)
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var together = _model.Device.type == TorchSharp.DeviceType.CPU
            ? Math.Max(1, MostTokensOnCpu / _model.Configuration.TokenCount)
            : frames.shape[0];
        return cat([.. frames.split(together).Select(Logits)]).MoveToOuterDisposeScope();
    }

    private Tensor Logits(Tensor frames)
    {
        using var scope = NewDisposeScope();
        var pixels = Tubelets.Cut(frames, _model.Configuration).to(_type).sub_(_pixelCentre);
        var tokens = _positions.Plus(LinearLayer.Apply(pixels, _pixelWeight, null));
        foreach (var block in _blocks)
            block.Apply(tokens);
        return _model.Classify(tokens).MoveToOuterDisposeScope();
    }

    private TimeSpan Time()
    {
        using var scope = NewDisposeScope();
        var (frames, side) = (_model.Configuration.FrameCount, _model.Configuration.ImageSize);
        var clip = zeros([1, frames, side, side, 3], ScalarType.Byte, _model.Device);
        var start = Stopwatch.GetTimestamp();
        // Copying the logits to main memory waits for the device.
        Forward(clip).cpu();
        return Stopwatch.GetElapsedTime(start);
    }

    public void Dispose()
    {
        _pixelWeight.Dispose();
        _pixelCentre.Dispose();
        _positions.Dispose();
        foreach (var block in _blocks)
            block.Dispose();
    }
}
