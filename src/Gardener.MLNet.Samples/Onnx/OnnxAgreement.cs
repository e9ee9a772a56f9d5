using GardenerML.Onnx;
using GardenerML.VideoMae;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace GardenerML.Samples.Onnx;

/// <summary>Compares an exported model, computed by ONNX Runtime, with what it was exported from.</summary>
public static class OnnxAgreement
{
    private const int Clips = 2;

    /// <summary>The largest difference between the outputs for random clips.</summary>
    /// <param name="exported">The model file.</param>
    /// <param name="model">What it was exported from.</param>
    /// <param name="options">How it was exported.</param>
    public static double MaxDifference(OnnxModel exported, VideoMaeClassifier model, OnnxExportOptions options)
    {
        var frames = new byte[Clips * 3 * model.Configuration.FrameCount * model.Configuration.ImageSize * model.Configuration.ImageSize];
        new Random(1).NextBytes(frames);
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var pixels = Normalise(frames, model.Configuration);
        var logits = model.forward(pixels.to(model.Device));
        var expected = (options.Softmax ? logits.softmax(1) : logits).cpu().data<float>().ToArray();
        var actual = options.Input == OnnxInput.Frames ? Run(exported, frames) : Run(exported, pixels.data<float>().ToArray());
        return expected.Zip(actual, (a, b) => Math.Abs((double)a - b)).Max();
    }

    /// <summary>[B, T, H, W, 3] bytes -> [B, 3, T, H, W], each (value / 255 - mean) / deviation.</summary>
    private static Tensor Normalise(byte[] frames, VideoMaeConfiguration configuration)
    {
        long side = configuration.ImageSize;
        var values = tensor(frames).view(Clips, configuration.FrameCount, side, side, 3).to(ScalarType.Float32);
        return values.div(tensor(255f)).sub(PerChannel(configuration.Mean)).div(PerChannel(configuration.StandardDeviation))
            .permute(0, 4, 1, 2, 3).contiguous();

        static Tensor PerChannel(ChannelValues values) => tensor(new[] { values.Red, values.Green, values.Blue });
    }

    private static float[] Run<T>(OnnxModel exported, T[] values)
    {
        using var session = new InferenceSession(exported.Path);
        var input = exported.Inputs[0];
        int[] shape = [Clips, .. input.Shape.Skip(1).Select(size => (int)size)];
        using var results = session.Run([NamedOnnxValue.CreateFromTensor(input.Name, new DenseTensor<T>(values, shape))]);
        return [.. results[0].AsEnumerable<float>()];
    }
}
