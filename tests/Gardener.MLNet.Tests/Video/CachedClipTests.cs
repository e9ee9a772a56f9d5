using GardenerML.Training;
using GardenerML.Video;

namespace GardenerML.Tests.Video;

[TestClass]
public sealed class CachedClipTests : IDisposable
{
    private readonly MadeVideos _made = new();

    public void Dispose() => _made.Dispose();

    [TestMethod]
    [DataRow(40)]
    [DataRow(25)]
    [DataRow(6)]
    [DataRow(60)]
    [DataRow(0)]
    public void A_random_start_is_the_same_whether_frames_are_cached_or_not_whatever_the_header_says(int stated)
    {
        var options = new VideoLoadingOptions
        {
            FrameCount = 4,
            SamplingRate = 3,
            Size = 32,
            Sampling = FrameSampling.RandomStart,
        };
        var clip = VideoClip.FromFile(_made.Restated(_made.Numbered(40), stated), options);
        using var all = clip.ReadAll(100)!;
        Assert.AreEqual(40, all.FrameCount);
        for (int seed = 0; seed < 10; seed++)
        {
            using var read = clip.Read(new Random(seed));
            CollectionAssert.AreEqual(VideoClipTests.Numbers(read), ClipReader.Indices(all, options, new Random(seed)));
        }

        using var none = new FrameCache(0);
        using var room = new FrameCache(1L << 30);
        for (int epoch = 0; epoch < 2; epoch++)
            CollectionAssert.AreEqual(Bytes(none, epoch), Bytes(room, epoch));
        Assert.AreEqual(0, none.Bytes);
        Assert.IsGreaterThan(0, room.Bytes);

        byte[] Bytes(FrameCache cache, int epoch)
        {
            var loader = new ClipLoader([new LabelledClip(clip, 0)], 1, cache);
            using var batch = loader.Epoch(1, new EpochSeed(1, epoch), 0, default).Single();
            return batch.Frames.bytes.ToArray();
        }
    }
}
