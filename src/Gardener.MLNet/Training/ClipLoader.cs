using GardenerML.Video;
using GardenerML.VideoMae;
using static TorchSharp.torch;

namespace GardenerML.Training;

/// <summary>
/// Gives the clips of a data set in batches, decoding ahead of their use on other threads and keeping decoded frames while they
/// fit into the cache.
/// </summary>
internal sealed class ClipLoader : IClipBatches
{
    /// <summary>Longer videos are not kept whole; a clip of them is decoded when needed.</summary>
    private const int MostCachedFrames = 1024;

    private readonly IReadOnlyList<LabelledClip> _clips;
    private readonly int _threads;
    private readonly FrameCache _cache;
    private readonly ClipAugmenter? _augmenter;

    /// <summary>Gives clips.</summary>
    /// <param name="clips">The clips.</param>
    /// <param name="threads">How many are decoded at a time.</param>
    /// <param name="cache">Where decoded frames are kept.</param>
    /// <param name="augmenter">What is done to the clips of an epoch; null for nothing.</param>
    /// <param name="repeats">How many samples of an epoch are made of a clip.</param>
    public ClipLoader(
        IReadOnlyList<LabelledClip> clips, int threads, FrameCache cache, ClipAugmenter? augmenter = null, int repeats = 1) =>
        (_clips, _threads, _cache, _augmenter, Repeats) = (clips, threads, cache, augmenter, repeats);

    /// <summary>Loaders of training clips, augmented and repeated, and of validation clips; null where there are none.</summary>
    public static (ClipLoader Training, ClipLoader? Validation) For(
        VideoTrainingOptions options, VideoMaeConfiguration geometry, IReadOnlyList<LabelledClip> training,
        IReadOnlyList<LabelledClip> validation, FrameCache cache)
    {
        var threads = options.DecodingThreads ?? Environment.ProcessorCount;
        var augmenter = options.Augmentation.ChangesClips
            ? new ClipAugmenter(options.Augmentation, geometry.Mean, geometry.StandardDeviation)
            : null;
        return (
            new ClipLoader(training, threads, cache, augmenter, options.RepeatedSamples),
            validation.Count == 0 ? null : new ClipLoader(validation, threads, cache));
    }

    /// <inheritdoc/>
    public int Count => _clips.Count;

    /// <inheritdoc/>
    public int Repeats { get; }

    /// <inheritdoc/>
    public IEnumerable<ClipBatch> Epoch(int batchSize, EpochSeed seed, int skipped, CancellationToken cancellation) =>
        Batches(seed.Order(Count).Skip(skipped * batchSize), batchSize, seed, cancellation);

    /// <inheritdoc/>
    public IEnumerable<ClipBatch> InOrder(int batchSize, CancellationToken cancellation) =>
        Batches(Enumerable.Range(0, Count), batchSize, null, cancellation);

    private IEnumerable<ClipBatch> Batches(
        IEnumerable<int> order, int batchSize, EpochSeed? seed, CancellationToken cancellation)
    {
        // Two batches ahead: one is computed on, the next is ready, the one after is being decoded.
        var loaded = OrderedPrefetch.Run(order, Load, _threads, Math.Max(2 * batchSize, 2 * _threads), cancellation);
        foreach (var chunk in loaded.Chunk(batchSize))
            yield return Assemble(chunk);

        LoadedClip Load(int index, CancellationToken abandoned) => Augment(LoadClip(index, seed, abandoned), index, seed);
    }

    private LoadedClip Augment(LoadedClip clip, int index, EpochSeed? seed)
    {
        if (seed is not { } epoch)
            return clip;
        if (_augmenter is null)
            return clip with { Repeats = Repeats };
        using (clip)
        {
            var samples = new VideoFrames[Repeats];
            for (var i = 0; i < Repeats; i++)
                samples[i] = _augmenter.Apply(clip.Frames, clip.Indices, epoch.ForSample(index, i));
            return clip with { Samples = samples };
        }
    }

    private LoadedClip LoadClip(int index, EpochSeed? seed, CancellationToken cancellation)
    {
        var (clip, label) = _clips[index];
        var random = seed?.ForClip(index);
        if (_cache.TryGet(clip, out var cached))
            return new LoadedClip(cached, Indices(clip, cached, random), label, Owned: false);

        // What is drawn anew each epoch can be cached only as the whole video.
        var frames = clip.Options.IsRandom && !_cache.IsFull ? clip.ReadAll(MostCachedFrames, cancellation) : null;
        if (frames is not null)
            return new LoadedClip(frames, Indices(clip, frames, random), label, Owned: !_cache.TryKeep(clip, frames));

        frames = clip.Read(random, cancellation);
        var kept = !clip.Options.IsRandom && _cache.TryKeep(clip, frames);
        return new LoadedClip(frames, [.. Enumerable.Range(0, frames.FrameCount)], label, Owned: !kept);
    }

    private static int[] Indices(VideoClip clip, VideoFrames frames, Random? random) => clip.Options.IsRandom
        ? ClipReader.Indices(frames, clip.Options, random)
        : [.. Enumerable.Range(0, frames.FrameCount)];

    private static ClipBatch Assemble(LoadedClip[] loaded)
    {
        var first = loaded[0];
        long[] shape = [loaded.Sum(clip => clip.SampleCount), first.Indices.Length, first.Frames.Height, first.Frames.Width, 3];
        var frames = empty(shape, dtype: ScalarType.Byte).DetachFromDisposeScope();
        var labels = new List<long>();
        var target = frames.bytes;
        foreach (var clip in loaded)
        {
            using (clip)
            {
                for (var i = 0; i < clip.SampleCount; i++)
                {
                    labels.Add(clip.Label);
                    target = target[clip.CopySample(i, target)..];
                }
            }
        }
        return new ClipBatch(frames, [.. labels]);
    }

    /// <summary>Decoded frames and which of them make the clip, or the samples that were made of it.</summary>
    private readonly record struct LoadedClip(VideoFrames Frames, int[] Indices, int Label, bool Owned) : IDisposable
    {
        public int Repeats { get; init; } = 1;

        public VideoFrames[]? Samples { get; init; }

        public int SampleCount => Samples?.Length ?? Repeats;

        public int CopySample(int sample, Span<byte> target)
        {
            if (Samples is not null)
            {
                Samples[sample].Pixels.CopyTo(target);
                return Samples[sample].Pixels.Length;
            }
            for (var i = 0; i < Indices.Length; i++)
                Frames.Frame(Indices[i]).CopyTo(target[(i * Frames.FrameLength)..]);
            return Indices.Length * Frames.FrameLength;
        }

        public void Dispose()
        {
            foreach (var sample in Samples ?? [])
                sample.Dispose();
            // Frames whose samples are made are disposed already, which is harmless to do again.
            if (Owned)
                Frames.Dispose();
        }
    }
}
