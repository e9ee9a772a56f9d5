using GardenerML.Video;
using GardenerML.VideoMae;
using static TorchSharp.torch;

namespace GardenerML.Training;

/// <summary>Scores decoded clips with a trained model; safe to use from several threads.</summary>
internal sealed class ClipScorer : IDisposable
{
    private readonly PixelNormalisation _pixels;
    private bool _disposed;

    public ClipScorer(VideoMaeClassifier model)
    {
        Model = model;
        _pixels = new PixelNormalisation(model.Configuration, model.Device);
    }

    public VideoMaeClassifier Model { get; }

    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, typeof(VideoClassifierTransformer));

    /// <summary>Decodes the clip of a row.</summary>
    public VideoFrames Decode(VideoClip? clip, long row, CancellationToken cancellation) =>
        ClipGeometry.Require(clip, row, Model.Configuration.FrameCount, Model.Configuration.ImageSize).Read(cancellation);

    /// <summary>The class probabilities of each clip.</summary>
    public float[][] Score(IReadOnlyList<VideoFrames> clips) =>
        Score([.. clips.Select(clip => clip.Slice(0, clip.FrameCount))]);

    /// <summary>The class probabilities of each clip.</summary>
    /// <param name="clips">The pixels of each, [T, H, W, 3].</param>
    public float[][] Score(IReadOnlyList<ReadOnlyMemory<byte>> clips)
    {
        ThrowIfDisposed();
        var configuration = Model.Configuration;
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
        var probabilities = Model.forward(_pixels.Apply(frames.to(Model.Device))).softmax(1).cpu();
        return [.. probabilities.data<float>().ToArray().Chunk(configuration.ClassCount)];
    }

    public void Dispose()
    {
        _disposed = true;
        _pixels.Dispose();
        Model.Dispose();
    }
}
