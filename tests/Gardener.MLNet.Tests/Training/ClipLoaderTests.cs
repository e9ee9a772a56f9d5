using System.Runtime.CompilerServices;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;

namespace GardenerML.Tests.Training;

[TestClass]
public sealed class ClipLoaderTests
{
    private readonly MLContext _ml = new(seed: 1);

    // Frames come from a pool whose arrays are powers of two.
    private const int ClipBytes = 4096;

    [TestMethod]
    [DataRow(FrameSampling.First)]
    [DataRow(FrameSampling.RandomStart)]
    public void Clips_are_decoded_once_while_they_fit_into_the_cache(FrameSampling sampling)
    {
        var clips = new CountedClips();
        TinyData.TrainedWeights(TinyData.Options with { Epochs = 4 }, _ml.Keyed(clips.Rows(10, sampling)));
        Assert.AreEqual(10, clips.Decodes);
    }

    [TestMethod]
    public void Clips_beyond_the_cache_are_decoded_in_each_epoch()
    {
        var none = new CountedClips();
        TinyData.TrainedWeights(TinyData.Options with { Epochs = 4, FrameCacheBytes = 0 }, _ml.Keyed(none.Rows(10)));
        Assert.AreEqual(40, none.Decodes);

        var some = new CountedClips();
        var options = TinyData.Options with { Epochs = 4, FrameCacheBytes = 6 * ClipBytes + 100, DecodingThreads = 1 };
        TinyData.TrainedWeights(options, _ml.Keyed(some.Rows(10)));
        Assert.AreEqual(6 + 4 * 4, some.Decodes);
    }

    [TestMethod]
    public void Training_and_validation_clips_share_the_budget()
    {
        var (training, validation) = (new CountedClips(), new CountedClips());
        var options = TinyData.Options with
        {
            Epochs = 3,
            FrameCacheBytes = 12 * ClipBytes,
            DecodingThreads = 1,
            ValidationSet = _ml.Keyed(validation.Rows(8)),
        };
        TinyData.TrainedWeights(options, _ml.Keyed(training.Rows(8)));
        Assert.AreEqual(8, training.Decodes);
        Assert.AreEqual(4 + 3 * 4, validation.Decodes);
    }

    [TestMethod]
    public void Trainings_that_share_a_cache_decode_each_clip_once()
    {
        var clips = new CountedClips();
        var data = _ml.Keyed(clips.Rows(10));
        using var cache = new FrameCache(1 << 20);
        var options = TinyData.Options with { Epochs = 2, FrameCacheBytes = 0, FrameCache = cache };
        var first = TinyData.TrainedWeights(options, data);
        CollectionAssert.AreEqual(first, TinyData.TrainedWeights(options, data));
        Assert.AreEqual(10, clips.Decodes);
        Assert.AreEqual(10L * ClipBytes, cache.Bytes);
    }

    [TestMethod]
    public void The_cache_knows_a_file_again_whatever_object_names_it()
    {
        using var cache = new FrameCache(1 << 20);
        using var frames = TinyData.Rows(1)[0].Video!.Read();
        var options = new VideoLoadingOptions { FrameCount = TinyData.Frames, Size = TinyData.Side };
        Assert.IsTrue(cache.TryKeep(VideoClip.FromFile("a.avi", options), frames));
        Assert.IsTrue(cache.TryGet(VideoClip.FromFile("a.avi", options with { OnError = VideoErrorHandling.Skip }), out _));
        Assert.IsFalse(cache.TryGet(VideoClip.FromFile("b.avi", options), out _));
        Assert.IsFalse(cache.TryGet(VideoClip.FromFile("a.avi", options with { SamplingRate = 2 }), out _));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new FrameCache(-1));
    }

    [TestMethod]
    public void The_cache_knows_encoded_bytes_again_whatever_object_holds_them()
    {
        using var cache = new FrameCache(1 << 20);
        using var frames = TinyData.Rows(1)[0].Video!.Read();
        Assert.IsTrue(cache.TryKeep(VideoClip.FromBytes(new byte[] { 1, 2, 3 }), frames));
        Assert.IsTrue(cache.TryGet(VideoClip.FromBytes(new byte[] { 1, 2, 3 }), out _));
        Assert.IsFalse(cache.TryGet(VideoClip.FromBytes(new byte[] { 1, 2, 4 }), out _));
    }

    [TestMethod]
    public void Clips_of_frames_that_are_gone_make_room_in_the_cache()
    {
        using var cache = new FrameCache(3 * ClipBytes);
        Fill();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var clip = TinyData.Rows(1)[0].Video!;
        Assert.IsTrue(cache.TryKeep(clip, clip.Read()));
        Assert.AreEqual(ClipBytes, cache.Bytes);

        // In a method of its own, so that nothing holds the clips afterwards.
        [MethodImpl(MethodImplOptions.NoInlining)]
        void Fill()
        {
            foreach (var row in TinyData.Rows(3))
                Assert.IsTrue(cache.TryKeep(row.Video!, row.Video!.Read()));
        }
    }

    [TestMethod]
    public void The_cache_keeps_within_its_budget_and_gives_back_what_it_keeps()
    {
        var clips = TinyData.Rows(4).Select(row => row.Video!).ToArray();
        using var cache = new FrameCache(3 * ClipBytes);
        var frames = clips.Select(clip => clip.Read()).ToArray();
        Assert.IsTrue(cache.TryKeep(clips[0], frames[0]) && cache.TryKeep(clips[1], frames[1]));
        Assert.IsFalse(cache.TryKeep(clips[1], frames[2]), "the same clip again");
        Assert.IsFalse(cache.IsFull);
        Assert.IsTrue(cache.TryKeep(clips[2], frames[2]));
        Assert.IsFalse(cache.TryKeep(clips[3], frames[3]));
        Assert.IsTrue(cache.IsFull);
        Assert.AreEqual(3L * ClipBytes, cache.Bytes);
        Assert.IsTrue(cache.TryGet(clips[0], out var kept));
        Assert.AreSame(frames[0], kept);
        cache.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => _ = frames[0].Pixels.Length);
        frames[3].Dispose();
    }

    [TestMethod]
    public void Batches_hold_the_pixels_of_their_clips_in_order_and_the_last_may_be_smaller()
    {
        var rows = TinyData.Rows(5);
        var clips = rows.Select((row, i) => new LabelledClip(row.Video!, i)).ToList();
        using var cache = new FrameCache(0);
        var seen = 0;
        foreach (var batch in new ClipLoader(clips, 2, cache).InOrder(2, CancellationToken.None))
        {
            using (batch)
            {
                CollectionAssert.AreEqual(new long[] { seen == 4 ? 1 : 2, 4, 16, 16, 3 }, batch.Frames.shape);
                var pixels = batch.Labels.SelectMany(label => rows[label].Video!.Read().Pixels.ToArray()).ToArray();
                CollectionAssert.AreEqual(pixels, batch.Frames.data<byte>().ToArray());
                foreach (var label in batch.Labels)
                    Assert.AreEqual(seen++, label);
            }
        }
        Assert.AreEqual(5, seen);
    }

    [TestMethod]
    public void Random_starts_differ_between_epochs_and_not_with_the_cache()
    {
        // Frame i of the video is all i, so a clip tells where it started.
        var pixels = Enumerable.Range(0, 64).SelectMany(i => Enumerable.Repeat((byte)i, 3 * 4 * 4)).ToArray();
        var options = new VideoLoadingOptions { FrameCount = 4, SamplingRate = 2, Size = 4, Sampling = FrameSampling.RandomStart };
        var clips = Enumerable.Range(0, 6)
            .Select(i => new LabelledClip(VideoClip.FromFrames(pixels, 64, 4, 4, options), i)).ToList();
        var (cached, uncached) = (Starts(1 << 20), Starts(0));
        CollectionAssert.AreEqual(cached, uncached);
        Assert.IsGreaterThan(10, cached.Distinct().Count());
        Assert.IsTrue(cached.All(start => start <= 64 - 7));

        int[] Starts(long bytes)
        {
            using var cache = new FrameCache(bytes);
            var loader = new ClipLoader(clips, 2, cache);
            var starts = new List<int>();
            for (var epoch = 1; epoch <= 3; epoch++)
            {
                foreach (var batch in loader.Epoch(6, new EpochSeed(1, epoch), 0, CancellationToken.None))
                {
                    using (batch)
                        starts.AddRange(Enumerable.Range(0, 6).OrderBy(i => batch.Labels[i]).Select(i => (int)batch.Frames.bytes[i * 4 * 48]));
                }
            }
            return [.. starts];
        }
    }

    [TestMethod]
    public void Work_runs_ahead_on_other_threads_and_its_results_come_in_order()
    {
        var consumer = Environment.CurrentManagedThreadId;
        var (begun, most, running) = (0, 0, 0);
        var results = OrderedPrefetch.Run(Enumerable.Range(0, 30), (i, _) =>
        {
            Interlocked.Increment(ref begun);
            InterlockedMax(ref most, Interlocked.Increment(ref running));
            Thread.Sleep(i % 3);
            Interlocked.Decrement(ref running);
            return new Result(i, Environment.CurrentManagedThreadId);
        }, threads: 3, ahead: 8, CancellationToken.None);
        var expected = 0;
        foreach (var result in results)
        {
            Assert.AreEqual(expected++, result.Number);
            Assert.AreNotEqual(consumer, result.Thread);
            Assert.IsLessThanOrEqualTo(expected + 8, Volatile.Read(ref begun));
        }
        Assert.AreEqual(30, expected);
        Assert.IsLessThanOrEqualTo(3, most);
    }

    [TestMethod]
    public void A_failure_comes_in_its_turn_and_what_nobody_takes_is_disposed()
    {
        var made = new System.Collections.Concurrent.ConcurrentBag<Result>();
        var taken = new List<Result>();
        var error = Assert.ThrowsExactly<FormatException>(() =>
        {
            foreach (var result in OrderedPrefetch.Run(Enumerable.Range(0, 20), (i, _) =>
            {
                if (i == 3)
                    throw new FormatException("three");
                var result = new Result(i, 0);
                made.Add(result);
                return result;
            }, 2, 6, CancellationToken.None))
                taken.Add(result);
        });
        Assert.AreEqual("three", error.Message);
        CollectionAssert.AreEqual(new[] { 0, 1, 2 }, taken.Select(result => result.Number).ToArray());
        Assert.IsTrue(made.Except(taken).All(result => result.Disposed) && taken.TrueForAll(result => !result.Disposed));
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (int seen; (seen = Volatile.Read(ref target)) < value;)
            Interlocked.CompareExchange(ref target, value, seen);
    }

    private sealed class Result(int number, int thread) : IDisposable
    {
        public int Number => number;

        public int Thread => thread;

        public bool Disposed { get; private set; }

        public void Dispose() => Disposed = true;
    }
}
