using CsCheck;
using GardenerML.Tests.Video;
using GardenerML.Video;
using OpenCvSharp;

namespace GardenerML.Tests.Evaluation;

[TestClass]
public sealed class VideoViewsTests : IDisposable
{
    private static readonly VideoLoadingOptions Small = new() { FrameCount = 4, SamplingRate = 3, Size = 32 };
    private readonly MadeVideos _made = new();

    public void Dispose() => _made.Dispose();

    [TestMethod]
    public void Text_and_views_are_the_same_thing()
    {
        Assert.AreEqual(new VideoViews(5, 3), VideoViews.Parse("5x3"));
        Assert.AreEqual(15, VideoViews.Parse("5X3").Count);
        Assert.AreEqual("100x1", new VideoViews(100, 1).ToString());
        foreach (var wrong in new[] { "", "5", "5x", "x3", "0x3", "5x0", "101x1", "5x3x1", "-1x3", "5 x 3", "1.5x3", "99999999999x1" })
            StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => VideoViews.Parse(wrong)).Message, "5x3");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new VideoViews(0, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new VideoViews(1, 101));
    }

    [TestMethod]
    public void Clips_have_the_frames_worked_out_by_hand()
    {
        // Every 3rd of 40 frames: 14, on which a clip of 4 can start at 0 to 10.
        int[] starts = [0, 6, 15, 21, 30];
        CollectionAssert.AreEqual(
            starts.SelectMany(start => new[] { start, start + 3, start + 6, start + 9 }).ToArray(), FrameSampler.SampleViews(Small, 5, 40));
        // Each of the 4 segments of 10 frames is cut in two.
        CollectionAssert.AreEqual(
            new[] { 2, 12, 22, 32, 7, 17, 27, 37 }, FrameSampler.SampleViews(Small with { Sampling = FrameSampling.Uniform }, 2, 40));
        // Too short for a clip: the same one three times.
        CollectionAssert.AreEqual(
            new[] { 0, 3, 5, 5, 0, 3, 5, 5, 0, 3, 5, 5 }, FrameSampler.SampleViews(Small, 3, 6));
        CollectionAssert.AreEqual(new[] { 0, 3, 0, 3 }, FrameSampler.SampleViews(Small with { ShortVideo = ShortVideo.Wrap }, 1, 6));
    }

    // Sampled as VideoMAE's test does it: every rate-th frame is loaded, and the clip starts at int(number * step).
    [TestMethod]
    public void Clips_start_where_those_of_VideoMAE_do() =>
        Gen.Select(Gen.Int[1, 32], Gen.Int[1, 8], Gen.Int[2, 12], Gen.Int[1, 700], Gen.OneOf(Gen.Const(FrameSampling.First), Gen.Const(FrameSampling.Centre), Gen.Const(FrameSampling.RandomStart)))
            .Sample((count, rate, clips, available, sampling) =>
            {
                var options = new VideoLoadingOptions { FrameCount = count, SamplingRate = rate, Sampling = sampling };
                var indices = FrameSampler.SampleViews(options, clips, available);
                var loaded = Enumerable.Range(0, available).Where(frame => frame % rate == 0).ToArray();
                if (loaded.Length < count)
                    return indices.Chunk(count).All(clip => clip.SequenceEqual(FrameSampler.Sample(options with { Sampling = FrameSampling.First }, available)));
                var step = (decimal)(loaded.Length - count) / (clips - 1);
                return indices.Chunk(count).Select((clip, number) => (clip, number))
                    .All(view => view.clip.SequenceEqual(loaded.Skip((int)(view.number * step + 1e-20m)).Take(count)));
            });

    [TestMethod]
    public void Uniform_clips_together_are_one_of_as_many_frames() =>
        Gen.Select(Gen.Int[1, 32], Gen.Int[1, 12], Gen.Int[1, 700]).Sample((count, clips, available) =>
        {
            var options = new VideoLoadingOptions { FrameCount = count, Sampling = FrameSampling.Uniform };
            var all = FrameSampler.SampleViews(options, clips, available).Order();
            return all.SequenceEqual(FrameSampler.Sample(options with { FrameCount = count * clips }, available));
        });

    [TestMethod]
    [DataRow(FrameSampling.First)]
    [DataRow(FrameSampling.Uniform)]
    [DataRow(FrameSampling.Centre)]
    public void Views_are_the_frames_with_the_sampled_numbers(FrameSampling sampling)
    {
        foreach (var length in new[] { 40, 9, 1 })
        {
            foreach (var policy in Enum.GetValues<ShortVideo>())
            {
                var options = Small with { Sampling = sampling, ShortVideo = policy };
                using var views = VideoClip.FromFile(_made.Numbered(length), options).ReadViews(new VideoViews(5, 1));
                CollectionAssert.AreEqual(
                    FrameSampler.SampleViews(options, 5, length), VideoClipTests.Numbers(views), $"{length} frames, {policy}");
            }
        }
    }

    [TestMethod]
    public void One_view_is_the_clip_itself()
    {
        foreach (var sampling in Enum.GetValues<FrameSampling>())
        {
            foreach (var resize in Enum.GetValues<FrameResize>())
            {
                var clip = VideoClip.FromFile(_made.Corners("corners.avi"), Small with { SamplingRate = 1, Sampling = sampling, Resize = resize });
                using var frames = clip.Read();
                using var views = clip.ReadViews(VideoViews.One);
                CollectionAssert.AreEqual(frames.Pixels.ToArray(), views.Pixels.ToArray());
            }
        }
    }

    [TestMethod]
    [DataRow(96, 48)]
    [DataRow(48, 96)]
    public void Crops_lie_along_the_longer_side_and_the_middle_one_is_the_centre_crop(int width, int height)
    {
        // Brightness 0 to 240 along the longer side, and a little flicker, so that frames differ.
        var path = _made.Write("ramp.avi", 12, width, height, (frame, mat) =>
        {
            for (var at = 0; at < 96; at++)
            {
                using var line = new Mat(mat, width > height ? new Rect(at, 0, 1, 48) : new Rect(0, at, 48, 1));
                line.SetTo(Scalar.All(at * 2.5 + frame % 2 * 8));
            }
        });
        var options = Small with { SamplingRate = 1 };
        using var views = VideoClip.FromFile(path, options).ReadViews(new VideoViews(2, 3));
        Assert.AreEqual(24, views.FrameCount);
        for (var clip = 0; clip < 2; clip++)
        {
            // A crop is half of the longer side: from 0, 24 and 48 pixels on, centred at 23.5, 47.5 and 71.5.
            for (var crop = 0; crop < 3; crop++)
            {
                var first = (clip * 3 + crop) * 4;
                Assert.AreEqual(2.5 * (23.5 + 24 * crop), VideoClipTests.Average(views.Frame(first)), 3, $"clip {clip}, crop {crop}");
                Assert.AreEqual(2.5 * (23.5 + 24 * crop) + 8, VideoClipTests.Average(views.Frame(first + 1)), 3, $"clip {clip}, crop {crop}");
            }
        }
        using var centre = VideoClip.FromFile(path, options with { Resize = FrameResize.ShortSideCentreCrop }).Read();
        CollectionAssert.AreEqual(centre.Pixels.ToArray(), views.Slice(4, 4).ToArray());
    }

    [TestMethod]
    [DataRow(10)]
    [DataRow(90)]
    public void A_wrong_frame_count_in_the_header_does_not_matter(int stated)
    {
        var path = _made.Restated(_made.Numbered(30), stated);
        using var views = VideoClip.FromFile(path, Small).ReadViews(new VideoViews(3, 1));
        CollectionAssert.AreEqual(FrameSampler.SampleViews(Small, 3, 30), VideoClipTests.Numbers(views));
    }
}
