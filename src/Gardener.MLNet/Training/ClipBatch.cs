using static TorchSharp.torch;

namespace GardenerML.Training;

/// <summary>Clips that a step learns from, or that are scored together.</summary>
/// <param name="Frames">uint8 [B, T, H, W, 3] in main memory; or, if they are encoded, float [B, width] on the device.</param>
/// <param name="Labels">Their 0-based labels.</param>
/// <param name="AreEncoded">Whether they are what the encoder makes of the clips, averaged over the tokens.</param>
internal sealed record ClipBatch(Tensor Frames, long[] Labels, bool AreEncoded = false) : IDisposable
{
    public void Dispose() => Frames.Dispose();
}
