using GardenerML.Scoring;
using GardenerML.Tests.Video;
using GardenerML.Video;
using GardenerML.VideoMae;

namespace GardenerML.Tests.Scoring;

/// <summary>Managed memory in the steady state; pixels come from pools and native memory, and are many times more.</summary>
[TestClass]
public sealed class AllocationTests
{
    [TestMethod]
    public void A_decoded_clip_allocates_little_however_many_frames_are_passed_over()
    {
        using var videos = new MadeVideos();
        var path = videos.Numbered(49);
        var few = Decoded(samplingRate: 1);
        var many = Decoded(samplingRate: 12);
        // The clip itself is 600 kB.
        Assert.IsLessThan(8_000, few);
        Assert.IsLessThan(1_000, Math.Abs(many - few));

        long Decoded(int samplingRate)
        {
            var clip = VideoClip.FromFile(path, new VideoLoadingOptions { FrameCount = 4, SamplingRate = samplingRate });
            return PerCall(() => clip.Read().Dispose());
        }
    }

    [TestMethod]
    public void A_scored_clip_allocates_little_beside_its_pixels()
    {
        var configuration = new VideoMaeConfiguration
        {
            ImageSize = 64,
            FrameCount = 4,
            Width = 24,
            BlockCount = 2,
            HeadCount = 2,
            MlpWidth = 48,
            ClassCount = 3,
        };
        using var scorer = new ClassScorer(new VideoMaeClassifier(configuration), Precision.Float32);
        var pixels = new ReadOnlyMemory<byte>(new byte[4 * 64 * 64 * 3]);
        Assert.IsLessThan(pixels.Length, PerCall(() => scorer.Score([pixels])));
    }

    private static long PerCall(Action action)
    {
        const int Calls = 10;
        for (var i = 0; i < 3; i++)
            action();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Calls; i++)
            action();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
    }
}
