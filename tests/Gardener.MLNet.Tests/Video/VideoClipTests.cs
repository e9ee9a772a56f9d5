using GardenerML.Video;

namespace GardenerML.Tests.Video;

[TestClass]
public sealed class VideoClipTests : IDisposable
{
    private readonly MadeVideos _made = new();

    public void Dispose() => _made.Dispose();

    [TestMethod]
    public void Channels_are_red_green_blue()
    {
        using var frames = VideoClip.FromFile(_made.Coloured(200, 100, 30)).Read();
        Assert.AreEqual((8, 64, 64), (frames.FrameCount, frames.Height, frames.Width));
        var pixels = frames.Pixels;
        for (int i = 0; i < pixels.Length; i += 3)
        {
            if (Math.Abs(pixels[i] - 200) > 4 || Math.Abs(pixels[i + 1] - 100) > 4 || Math.Abs(pixels[i + 2] - 30) > 4)
                Assert.Fail($"Pixel {i / 3} is {pixels[i]}, {pixels[i + 1]}, {pixels[i + 2]}; expected about 200, 100, 30.");
        }
    }

    [TestMethod]
    [DataRow(FrameSampling.First)]
    [DataRow(FrameSampling.Uniform)]
    [DataRow(FrameSampling.Centre)]
    [DataRow(FrameSampling.RandomStart)]
    public void Frames_are_those_with_the_sampled_numbers(FrameSampling sampling)
    {
        foreach (int length in new[] { 49, 20, 3, 1 })
        {
            foreach (var policy in Enum.GetValues<ShortVideo>())
            {
                var options = new VideoLoadingOptions { FrameCount = 8, SamplingRate = 4, Size = 32, Sampling = sampling, ShortVideo = policy };
                using var frames = VideoClip.FromFile(_made.Numbered(length), options).Read();
                CollectionAssert.AreEqual(FrameSampler.Sample(options, length), Numbers(frames), $"{length} frames, {policy}");
            }
        }
    }

    [TestMethod]
    public void A_random_start_follows_the_random_numbers()
    {
        var options = new VideoLoadingOptions { FrameCount = 4, SamplingRate = 2, Size = 32, Sampling = FrameSampling.RandomStart };
        var clip = VideoClip.FromFile(_made.Numbered(40), options);
        for (int seed = 0; seed < 10; seed++)
        {
            using var frames = clip.Read(new Random(seed));
            CollectionAssert.AreEqual(FrameSampler.Sample(options, 40, new Random(seed)), Numbers(frames));
        }
    }

    [TestMethod]
    public void All_frames_can_be_read_within_a_bound()
    {
        var clip = VideoClip.FromFile(_made.Numbered(30), new VideoLoadingOptions { Size = 32 });
        using var frames = clip.ReadAll(30);
        Assert.IsNotNull(frames);
        CollectionAssert.AreEqual(Enumerable.Range(0, 30).ToArray(), Numbers(frames));
        Assert.IsNull(clip.ReadAll(29));
    }

    [TestMethod]
    [DataRow(10)]
    [DataRow(90)]
    public void A_wrong_frame_count_in_the_header_does_not_matter(int stated)
    {
        var path = _made.Restated(_made.Numbered(30), stated);
        foreach (var sampling in new[] { FrameSampling.First, FrameSampling.Uniform })
        {
            var options = new VideoLoadingOptions { FrameCount = 8, SamplingRate = 4, Size = 32, Sampling = sampling };
            using var frames = VideoClip.FromFile(path, options).Read();
            CollectionAssert.AreEqual(FrameSampler.Sample(options, 30), Numbers(frames), $"{sampling}");
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(90)]
    [DataRow(180)]
    [DataRow(270)]
    public void Frames_are_turned_upright_unless_told_otherwise(int degrees)
    {
        var path = _made.Turned(_made.Corners("corners.mp4"), degrees);
        string[] corners = ["red", "green", "white", "blue"];
        // Clockwise from the top left. A quarter turn clockwise brings what was at the bottom left to the top left.
        int quarter = degrees / 90;
        string[] expected = [.. Enumerable.Range(0, 4).Select(i => corners[(i - quarter + 4) % 4])];

        foreach (int size in new[] { 224, 32 })
        {
            using var upright = VideoClip.FromFile(path, new VideoLoadingOptions { FrameCount = 1, Size = size }).Read();
            CollectionAssert.AreEqual(expected, Corners(upright), $"{size}");
        }
        using var stored = VideoClip.FromFile(path, new VideoLoadingOptions { FrameCount = 1, ApplyRotation = false }).Read();
        CollectionAssert.AreEqual(corners, Corners(stored));
    }

    [TestMethod]
    public void A_centre_crop_keeps_the_middle_and_the_aspect_ratio()
    {
        // Left quarter black, middle half white, right quarter black: a 96 x 48 frame whose middle square is white.
        var path = _made.Write("bars.avi", 4, 96, 48, (_, mat) =>
        {
            mat.SetTo(OpenCvSharp.Scalar.Black);
            using var middle = new OpenCvSharp.Mat(mat, new OpenCvSharp.Rect(24, 0, 48, 48));
            middle.SetTo(OpenCvSharp.Scalar.White);
        });
        var options = new VideoLoadingOptions { FrameCount = 1, Size = 32, Resize = FrameResize.ShortSideCentreCrop };
        using var cropped = VideoClip.FromFile(path, options).Read();
        Assert.IsGreaterThan(240.0, Average(cropped.Pixels));
        using var squashed = VideoClip.FromFile(path, options with { Resize = FrameResize.Squash }).Read();
        Assert.AreEqual(127.5, Average(squashed.Pixels), 8);
    }

    [TestMethod]
    public void Encoded_bytes_give_the_same_frames_and_leave_no_file()
    {
        var path = _made.Numbered(40);
        using var fromFile = VideoClip.FromFile(path).Read();
        var before = Directory.GetFiles(Path.GetTempPath(), "gardener-*.video");
        var clip = VideoClip.FromBytes(File.ReadAllBytes(path));
        using var fromBytes = clip.Read();
        Assert.IsTrue(fromFile.Pixels.SequenceEqual(fromBytes.Pixels));
        Assert.IsNull(clip.Path);
        CollectionAssert.AreEquivalent(before, Directory.GetFiles(Path.GetTempPath(), "gardener-*.video"));
    }

    [TestMethod]
    public void Frames_in_memory_are_taken_as_they_are_or_sampled_and_resized()
    {
        var pixels = new byte[10 * 4 * 6 * 3];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)MadeVideos.Brightness(i / (4 * 6 * 3));
        using var same = VideoClip.FromFrames(pixels, 10, 4, 6).Read();
        Assert.AreEqual((10, 4, 6), (same.FrameCount, same.Height, same.Width));
        Assert.IsTrue(same.Pixels.SequenceEqual(pixels));

        var options = new VideoLoadingOptions { FrameCount = 3, SamplingRate = 4, Size = 8 };
        using var sampled = VideoClip.FromFrames(pixels, 10, 4, 6, options).Read();
        CollectionAssert.AreEqual(new[] { 0, 4, 8 }, Numbers(sampled));
        var error = Assert.ThrowsExactly<ArgumentException>(() => VideoClip.FromFrames(pixels, 11, 4, 6));
        StringAssert.Contains(error.Message, "792");
    }

    [TestMethod]
    public void Disposed_frames_refuse_access_and_may_be_disposed_again()
    {
        var frames = VideoClip.FromFile(_made.Numbered(5)).Read();
        frames.Dispose();
        frames.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => frames.Pixels.Length);
        Assert.ThrowsExactly<ObjectDisposedException>(() => frames.Frame(0).Length);
    }

    [TestMethod]
    public void Reading_stops_when_cancelled() => Assert.ThrowsExactly<OperationCanceledException>(
        () => VideoClip.FromFile(_made.Numbered(5)).Read(new CancellationToken(canceled: true)));

    [TestMethod]
    public void Options_out_of_range_name_the_value_and_the_range()
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new VideoLoadingOptions { FrameCount = 0 }.Validate());
        StringAssert.Contains(error.Message, "FrameCount is 0; it must be from 1 to 4096");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new VideoLoadingOptions { Sampling = (FrameSampling)9 }.Validate());
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new VideoLoadingOptions { SamplingRate = -1 }.Validate());
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new VideoLoadingOptions { FrameCount = 4096, Size = 16384 }.Validate());
    }

    internal static int[] Numbers(VideoFrames frames) =>
        [.. Enumerable.Range(0, frames.FrameCount).Select(i => (int)Math.Round((Average(frames.Frame(i)) - 10) / 5))];

    internal static double Average(ReadOnlySpan<byte> pixels)
    {
        long sum = 0;
        foreach (byte pixel in pixels)
            sum += pixel;
        return (double)sum / pixels.Length;
    }

    private static string[] Corners(VideoFrames frames)
    {
        int near = frames.Width / 4, far = 3 * frames.Width / 4;
        return [Name(near, near), Name(far, near), Name(far, far), Name(near, far)];

        string Name(int x, int y)
        {
            var pixel = frames.Frame(0).Slice((y * frames.Width + x) * 3, 3);
            return (pixel[0] > 127, pixel[1] > 127, pixel[2] > 127) switch
            {
                (true, false, false) => "red",
                (false, true, false) => "green",
                (false, false, true) => "blue",
                (true, true, true) => "white",
                _ => "other",
            };
        }
    }
}
