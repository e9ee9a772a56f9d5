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
    public void A_decoded_clip_allocates_little_however_many_frames_are_passed_over_or_converted()
    {
        using var videos = new MadeVideos();
        var path = videos.Numbered(49, width: 320, height: 240);
        var few = Decoded(frameCount: 4, samplingRate: 1);
        // The pixels of four frames are 49 kB. What is left is opening the file.
        Assert.IsLessThan(4_000, few);
        Assert.IsLessThan(100, Math.Abs(Decoded(frameCount: 4, samplingRate: 12) - few));
        // The numbers of the frames, and nothing that a frame needs.
        Assert.IsLessThan(44 * 40, Decoded(frameCount: 48, samplingRate: 1) - few);

        long Decoded(int frameCount, int samplingRate)
        {
            var clip = VideoClip.FromFile(path, new VideoLoadingOptions { FrameCount = frameCount, SamplingRate = samplingRate });
            return PerCall(() => clip.Read().Dispose());
        }
    }

    [TestMethod]
    public void All_frames_of_a_video_allocate_no_more_than_one()
    {
        using var videos = new MadeVideos();
        var one = All(1);
        Assert.IsLessThan(100, Math.Abs(All(49) - one));

        long All(int frames)
        {
            var clip = VideoClip.FromFile(videos.Numbered(frames, $"{frames}.avi", 320, 240));
            return PerCall(() => clip.ReadAll(49)!.Dispose());
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
