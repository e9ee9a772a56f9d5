using GardenerML.Video;

namespace GardenerML.Tests.Video;

/// <summary>How many frames are decoded, and how many of them converted: what reading a clip costs on any machine.</summary>
[TestClass]
public sealed class FrameCountTests
{
    [TestMethod]
    // From the start on, 16 every 4th end with frame 60, and nothing after it is looked at.
    [DataRow(FrameSampling.First, 100, 61, 16)]
    // The middle 61 of 100 frames begin after 19.
    [DataRow(FrameSampling.Centre, 100, 80, 16)]
    // The last frame is near the end of the video, so the stated count is checked: one more call, which finds the end.
    [DataRow(FrameSampling.Uniform, 100, 101, 16)]
    // Too short: each frame is converted once, however often the clip has it, and the count is checked.
    [DataRow(FrameSampling.First, 10, 11, 4)]
    [DataRow(FrameSampling.Uniform, 10, 11, 10)]
    public void A_clip_decodes_as_far_as_its_last_frame_and_converts_each_frame_once(
        FrameSampling sampling, int length, int grabbed, int converted)
    {
        var options = new VideoLoadingOptions { FrameCount = 16, SamplingRate = 4, Size = 8, Sampling = sampling };
        using var source = new CountedFrames(length);
        ClipReader.Read(() => source, options, VideoViews.One, 8, 8, random: null, CancellationToken.None).Dispose();
        Assert.AreEqual((1, grabbed, converted), (source.Opened, source.Grabbed, source.Retrieved));
    }

    [TestMethod]
    public void Views_share_one_pass()
    {
        // Clips start at 0, 8, 16, 24 and 36: together every 4th frame from 0 to 96.
        var options = new VideoLoadingOptions { FrameCount = 16, SamplingRate = 4, Size = 8 };
        using var source = new CountedFrames(100);
        ClipReader.Read(() => source, options, new VideoViews(5, 3), 8, 8, random: null, CancellationToken.None).Dispose();
        Assert.AreEqual((1, 101, 25), (source.Opened, source.Grabbed, source.Retrieved));
    }

    [TestMethod]
    public void All_frames_are_decoded_and_converted_once()
    {
        using var source = new CountedFrames(100);
        ClipReader.ReadAll(() => source, new VideoLoadingOptions(), 8, 8, 100, CancellationToken.None)!.Dispose();
        Assert.AreEqual((1, 101, 100), (source.Opened, source.Grabbed, source.Retrieved));
    }

    /// <summary>Black frames, whose uses are counted; an opening when it ends.</summary>
    private sealed class CountedFrames(int length) : FrameSource
    {
        private readonly byte[] _pixels = new byte[length * 9 * 12 * 3];
        private HeldFrames? _frames;

        public int Opened { get; private set; }

        public int Grabbed { get; private set; }

        public int Retrieved { get; private set; }

        public override int StatedCount => length;

        private HeldFrames Frames => _frames ??= new HeldFrames(_pixels, length, 9, 12);

        public override bool Grab()
        {
            Grabbed++;
            return Frames.Grab();
        }

        public override OpenCvSharp.Mat? Retrieve()
        {
            Retrieved++;
            return Frames.Retrieve();
        }

        public override void Dispose()
        {
            if (_frames is not null)
                Opened++;
            _frames?.Dispose();
            _frames = null;
        }
    }
}
