using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using GardenerML.Video;

namespace GardenerML.Training;

/// <summary>
/// Keeps decoded frames, as bytes, up to a budget that all clips share; clips beyond it are decoded each time. Every training has
/// one of its own between epochs, and several trainings on the same videos may share one
/// (<see cref="VideoTrainingOptions.FrameCache"/>), so that none is decoded twice. Safe to use from several threads.
/// </summary>
/// <remarks>
/// A video is known by its path, and clips in memory by their object: files must not change while a cache holds them. Dispose it
/// when no training uses it any more.
/// </remarks>
/// <param name="byteBudget">The most bytes of frames to keep, at least 0.</param>
public sealed class FrameCache(long byteBudget) : IDisposable
{
    private readonly ConcurrentDictionary<ClipKey, VideoFrames> _frames = new();
    private readonly long _byteBudget = byteBudget >= 0
        ? byteBudget
        : throw new ArgumentOutOfRangeException(nameof(byteBudget), byteBudget, $"The budget is {byteBudget} bytes; it must be at least 0.");
    private long _bytes;

    /// <summary>Bytes of frames that are kept.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Whether something did not fit.</summary>
    internal bool IsFull { get; private set; }

    internal bool TryGet(VideoClip clip, [NotNullWhen(true)] out VideoFrames? frames) => _frames.TryGetValue(KeyOf(clip), out frames);

    /// <summary>Keeps frames if they fit.</summary>
    /// <returns>Whether the cache owns them now.</returns>
    internal bool TryKeep(VideoClip clip, VideoFrames frames)
    {
        var size = frames.Buffer.Length;
        var fits = Interlocked.Add(ref _bytes, size) <= _byteBudget;
        // Not added: another row with the same clip was faster.
        if (fits && _frames.TryAdd(KeyOf(clip), frames))
            return true;
        Interlocked.Add(ref _bytes, -size);
        IsFull |= !fits;
        return false;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        foreach (var frames in _frames.Values)
            frames.Dispose();
        _frames.Clear();
    }

    // Every pass over the data makes new objects for the same files.
    private static ClipKey KeyOf(VideoClip clip) =>
        clip.Path is { } path ? new ClipKey(path, clip.Options with { OnError = default }, null) : new ClipKey(null, null, clip);

    private readonly record struct ClipKey(string? Path, VideoLoadingOptions? Options, VideoClip? Clip);
}
