using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using GardenerML.Video;

namespace GardenerML.Training;

/// <summary>
/// Keeps decoded frames between epochs, as bytes, up to a budget that all clips share; clips beyond it are decoded each time.
/// </summary>
internal sealed class FrameCache(long byteBudget) : IDisposable
{
    private readonly ConcurrentDictionary<VideoClip, VideoFrames> _frames = new();
    private long _bytes;

    /// <summary>Bytes of frames that are kept.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Whether something did not fit.</summary>
    public bool IsFull { get; private set; }

    public bool TryGet(VideoClip clip, [NotNullWhen(true)] out VideoFrames? frames) => _frames.TryGetValue(clip, out frames);

    /// <summary>Keeps frames if they fit.</summary>
    /// <returns>Whether the cache owns them now.</returns>
    public bool TryKeep(VideoClip clip, VideoFrames frames)
    {
        var size = frames.Buffer.Length;
        var fits = Interlocked.Add(ref _bytes, size) <= byteBudget;
        // Not added: another row with the same clip was faster.
        if (fits && _frames.TryAdd(clip, frames))
            return true;
        Interlocked.Add(ref _bytes, -size);
        IsFull |= !fits;
        return false;
    }

    public void Dispose()
    {
        foreach (var frames in _frames.Values)
            frames.Dispose();
        _frames.Clear();
    }
}
