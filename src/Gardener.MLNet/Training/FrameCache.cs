using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using GardenerML.Video;

namespace GardenerML.Training;

/// <summary>
/// Keeps decoded frames, as bytes, up to a budget that all clips share; clips beyond it are decoded each time. Every training has
/// one of its own between epochs, and several trainings on the same videos may share one
/// (<see cref="VideoTrainingOptions.FrameCache"/>), so that none is decoded twice. Safe to use from several threads.
/// </summary>
/// <remarks>
/// A video is known by its path or its encoded bytes, and a clip of frames by its object, with which what is kept of it goes: files
/// must not change while a cache holds them. Dispose it when no training uses it any more.
/// </remarks>
/// <param name="byteBudget">The most bytes of frames to keep, at least 0.</param>
public sealed class FrameCache(long byteBudget) : IDisposable
{
    private readonly ConcurrentDictionary<ClipKey, VideoFrames> _frames = new();
    private readonly ConditionalWeakTable<VideoClip, VideoFrames> _ofObjects = new();
    private readonly List<(WeakReference<VideoClip> Clip, int Size)> _objects = [];
    private readonly long _byteBudget = byteBudget >= 0
        ? byteBudget
        : throw new ArgumentOutOfRangeException(nameof(byteBudget), byteBudget, $"The budget is {byteBudget} bytes; it must be at least 0.");
    private long _bytes;

    /// <summary>Bytes of frames that are kept.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Whether something did not fit.</summary>
    internal bool IsFull { get; private set; }

    internal bool TryGet(VideoClip clip, [NotNullWhen(true)] out VideoFrames? frames) =>
        KeyOf(clip) is { } key ? _frames.TryGetValue(key, out frames) : _ofObjects.TryGetValue(clip, out frames);

    /// <summary>Keeps frames if they fit.</summary>
    /// <returns>Whether the cache owns them now.</returns>
    internal bool TryKeep(VideoClip clip, VideoFrames frames)
    {
        var size = frames.Buffer.Length;
        var fits = Interlocked.Add(ref _bytes, size) <= _byteBudget || ForgetDead() <= _byteBudget;
        // Not added: another row with the same clip was faster.
        if (fits && TryAdd(clip, frames))
            return true;
        Interlocked.Add(ref _bytes, -size);
        IsFull |= !fits;
        return false;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        foreach (var frames in _frames.Values.Concat(_ofObjects.Select(pair => pair.Value)))
            frames.Dispose();
        _frames.Clear();
        _ofObjects.Clear();
    }

    private bool TryAdd(VideoClip clip, VideoFrames frames)
    {
        if (KeyOf(clip) is { } key)
            return _frames.TryAdd(key, frames);
        lock (_objects)
        {
            if (!_ofObjects.TryAdd(clip, frames))
                return false;
            _objects.Add((new WeakReference<VideoClip>(clip), frames.Buffer.Length));
            return true;
        }
    }

    /// <summary>Takes what was kept of clips that are gone off the count.</summary>
    /// <returns>The bytes that are left.</returns>
    private long ForgetDead()
    {
        lock (_objects)
        {
            var dead = 0L;
            _objects.RemoveAll(entry =>
            {
                if (entry.Clip.TryGetTarget(out _))
                    return false;
                dead += entry.Size;
                return true;
            });
            return Interlocked.Add(ref _bytes, -dead);
        }
    }

    // Every pass over the data makes new objects for the same videos; a clip of frames is only itself.
    private static ClipKey? KeyOf(VideoClip clip) =>
        clip.Identity is { } identity ? new ClipKey(identity, clip.Options with { OnError = default }) : null;

    private readonly record struct ClipKey(string Identity, VideoLoadingOptions Options);
}
