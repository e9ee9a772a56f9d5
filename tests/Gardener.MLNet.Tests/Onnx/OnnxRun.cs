using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace GardenerML.Tests.Onnx;

/// <summary>A model file in ONNX Runtime, with one input and one output.</summary>
internal sealed class OnnxRun(string path, SessionOptions? options = null) : IDisposable
{
    public InferenceSession Session { get; } = new(path, options ?? new SessionOptions());

    /// <summary>The numbers of the output for a batch.</summary>
    public float[] Run<T>(T[] values, int batch)
    {
        var (name, input) = Session.InputMetadata.Single();
        int[] shape = [batch, .. input.Dimensions.Skip(1)];
        using var results = Session.Run([NamedOnnxValue.CreateFromTensor(name, new DenseTensor<T>(values, shape))]);
        return [.. results.Single().AsEnumerable<float>()];
    }

    public void Dispose() => Session.Dispose();
}
