using GardenerML.Onnx;
using GardenerML.VideoMae;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace GardenerML.Benchmarks;

/// <summary>The same model in ONNX Runtime, from frames to logits as in scoring, on its CPU provider with its own optimisations.</summary>
internal sealed class OnnxPeer : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}.onnx");
    private readonly InferenceSession _session;
    private readonly OrtValue _frames;
    private readonly RunOptions _options = new();

    public OnnxPeer(VideoMaeClassifier model, Tensor frames)
    {
        OnnxExport.Export(model, [], plan: null, _file, new OnnxExportOptions { Input = OnnxInput.Frames, Softmax = false });
        using var options = new SessionOptions { IntraOpNumThreads = get_num_threads() };
        _session = new InferenceSession(_file, options);
        _frames = OrtValue.CreateTensorValueFromMemory(frames.data<byte>().ToArray(), frames.shape);
    }

    /// <summary>Scores the frames.</summary>
    /// <returns>The logits.</returns>
    public float[] Run()
    {
        using var results = _session.Run(_options, _session.InputNames, [_frames], _session.OutputNames);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public void Dispose()
    {
        _session.Dispose();
        _frames.Dispose();
        _options.Dispose();
        File.Delete(_file);
    }
}
