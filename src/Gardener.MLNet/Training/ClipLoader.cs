using GardenerML.Video;
using static TorchSharp.torch;

namespace GardenerML.Training;

/// <summary>
/// Gives the clips of a data set in batches, decoding ahead of their use on other threads and keeping decoded frames while they
/// fit into the cache.
/// </summary>
internal sealed class ClipLoader(IReadOnlyList<LabelledClip> clips, int threads, FrameCache cache)
{
    /// <summary>Longer videos are not kept whole; a clip of them is decoded when needed.</summary>
    private const int MostCachedFrames = 1024;

    /// <summary>How many clips there are.</summary>
    public int Count => clips.Count;

    /// <summary>All clips once, in the epoch's order, random parts drawn from its seed.</summary>
    public IEnumerable<ClipBatch> Epoch(int batchSize, EpochSeed seed, CancellationToken cancellation) =>
        Batches(seed.Order(Count), batchSize, seed, cancellation);

    /// <summary>All clips once, in their own order, nothing random.</summary>
    public IEnumerable<ClipBatch> InOrder(int batchSize, CancellationToken cancellation) =>
        Batches(Enumerable.Range(0, Count), batchSize, null, cancellation);

    private IEnumerable<ClipBatch> Batches(
        IEnumerable<int> order, int batchSize, EpochSeed? seed, CancellationToken cancellation)
    {
        // Two batches ahead: one is computed on, the next is ready, the one after is being decoded.
        var loaded = OrderedPrefetch.Run(order, Load, threads, Math.Max(2 * batchSize, 2 * threads), cancellation);
        foreach (var chunk in loaded.Chunk(batchSize))
            yield return Assemble(chunk);

        LoadedClip Load(int index, CancellationToken abandoned) => LoadClip(index, seed, abandoned);
    }

    private LoadedClip LoadClip(int index, EpochSeed? seed, CancellationToken cancellation)
    {
        var (clip, label) = clips[index];
        var random = seed?.ForClip(index);
        if (cache.TryGet(clip, out var cached))
            return new LoadedClip(cached, Indices(clip, cached, random), label, Owned: false);

        // What is drawn anew each epoch can be cached only as the whole video.
        var frames = HasRandomStart(clip) && !cache.IsFull ? clip.ReadAll(MostCachedFrames, cancellation) : null;
        if (frames is not null)
            return new LoadedClip(frames, Indices(clip, frames, random), label, Owned: !cache.TryKeep(clip, frames));

        frames = clip.Read(random, cancellation);
        var kept = !HasRandomStart(clip) && cache.TryKeep(clip, frames);
        return new LoadedClip(frames, [.. Enumerable.Range(0, frames.FrameCount)], label, Owned: !kept);
    }

    private static bool HasRandomStart(VideoClip clip) => clip.Options.Sampling == FrameSampling.RandomStart;

    private static int[] Indices(VideoClip clip, VideoFrames frames, Random? random) => HasRandomStart(clip)
        ? ClipReader.Indices(frames, clip.Options, random)
        : [.. Enumerable.Range(0, frames.FrameCount)];

    private static ClipBatch Assemble(LoadedClip[] loaded)
    {
        var first = loaded[0];
        long[] shape = [loaded.Length, first.Indices.Length, first.Frames.Height, first.Frames.Width, 3];
        var frames = empty(shape, dtype: ScalarType.Byte).DetachFromDisposeScope();
        var labels = new long[loaded.Length];
        var target = frames.bytes;
        for (var i = 0; i < loaded.Length; i++)
        {
            using var clip = loaded[i];
            labels[i] = clip.Label;
            foreach (var index in clip.Indices)
            {
                var source = clip.Frames.Frame(index);
                source.CopyTo(target);
                target = target[source.Length..];
            }
        }
        return new ClipBatch(frames, labels);
    }

    /// <summary>Decoded frames and which of them make the clip.</summary>
    private readonly record struct LoadedClip(VideoFrames Frames, int[] Indices, int Label, bool Owned) : IDisposable
    {
        public void Dispose()
        {
            if (Owned)
                Frames.Dispose();
        }
    }
}
