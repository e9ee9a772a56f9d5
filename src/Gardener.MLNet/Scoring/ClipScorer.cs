using GardenerML.Video;
using GardenerML.VideoMae;
using static TorchSharp.torch;

namespace GardenerML.Scoring;

/// <summary>Runs decoded clips through a trained model, which it owns; safe to use from several threads.</summary>
/// <param name="model">The model.</param>
/// <param name="configuration">Its geometry.</param>
/// <param name="device">Where it lies.</param>
/// <param name="forward">uint8 [B, T, H, W, 3] on the device -> [B, numbers of a clip].</param>
internal class ClipScorer(nn.Module model, VideoMaeConfiguration configuration, Device device, Func<Tensor, Tensor> forward) : IDisposable
{
    private bool _disposed;

    /// <summary>The model's geometry.</summary>
    public VideoMaeConfiguration Configuration => configuration;

    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, typeof(ClipTransformer));

    /// <summary>Decodes the clip of a row.</summary>
    public VideoFrames Decode(VideoClip? clip, long row, CancellationToken cancellation) =>
        ClipGeometry.Require(clip, row, configuration.FrameCount, configuration.ImageSize).Read(cancellation);

    /// <summary>The model's numbers for each clip.</summary>
    public float[][] Score(IReadOnlyList<VideoFrames> clips) =>
        Score([.. clips.Select(clip => clip.Slice(0, clip.FrameCount))]);

    /// <summary>The model's numbers for each clip.</summary>
    /// <param name="clips">The pixels of each, [T, H, W, 3].</param>
    public float[][] Score(IReadOnlyList<ReadOnlyMemory<byte>> clips)
    {
        ThrowIfDisposed();
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var frames = empty(
            [clips.Count, configuration.FrameCount, configuration.ImageSize, configuration.ImageSize, 3], dtype: ScalarType.Byte);
        var target = frames.bytes;
        for (var i = 0; i < clips.Count; i++)
        {
            clips[i].Span.CopyTo(target);
            target = target[clips[i].Length..];
        }
        var numbers = forward(frames.to(device)).cpu();
        return [.. numbers.data<float>().ToArray().Chunk((int)numbers.shape[1])];
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        _disposed = true;
        model.Dispose();
    }
}
