using static TorchSharp.torch;

namespace GardenerML.Training;

/// <summary>Clips that go through the model together.</summary>
/// <param name="Frames">uint8 [B, T, H, W, 3] in main memory.</param>
/// <param name="Labels">Their 0-based labels.</param>
internal sealed record ClipBatch(Tensor Frames, long[] Labels) : IDisposable
{
    public void Dispose() => Frames.Dispose();
}
