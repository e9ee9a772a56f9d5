using System.Diagnostics;
using System.Runtime.InteropServices;
using GardenerML.Video;

namespace GardenerML.Tests.Video;

[TestClass]
public sealed class BadVideoTests : IDisposable
{
    private readonly MadeVideos _made = new();

    public static IEnumerable<object[]> AllNames => BadVideos.Names.Select(name => new object[] { name });

    public void Dispose() => _made.Dispose();

    [TestMethod]
    [DynamicData(nameof(AllNames))]
    public void The_error_says_what_is_wrong_with_which_file(string name)
    {
        var (path, reason) = BadVideos.Make(_made, name);
        foreach (var sampling in Enum.GetValues<FrameSampling>())
        {
            var error = Assert.ThrowsExactly<VideoReadException>(
                () => VideoClip.FromFile(path, new VideoLoadingOptions { Sampling = sampling }).Read());
            Assert.AreEqual(reason, error.Reason, error.Message);
            Assert.AreEqual(path, error.Path);
            StringAssert.Contains(error.Message, path);
        }
        Assert.ThrowsExactly<VideoReadException>(() => VideoClip.FromFile(path).ReadAll(100));
    }

    [TestMethod]
    [DynamicData(nameof(AllNames))]
    public void Bad_bytes_are_the_same_error_without_a_path(string name)
    {
        var (path, reason) = BadVideos.Make(_made, name);
        if (!File.Exists(path))
            return;
        var error = Assert.ThrowsExactly<VideoReadException>(() => VideoClip.FromBytes(File.ReadAllBytes(path)).Read());
        Assert.AreEqual(reason, error.Reason, error.Message);
        Assert.IsNull(error.Path);
        Assert.IsFalse(error.Message.Contains("gardener-", StringComparison.Ordinal), "The temporary file is nobody's business: " + error.Message);
    }

    [TestMethod]
    public void A_video_cut_at_half_gives_the_frames_that_are_left()
    {
        var whole = File.ReadAllBytes(_made.Numbered(40));
        var path = _made.Save("half.avi", whole.AsSpan(0, whole.Length / 2));
        var options = new VideoLoadingOptions { FrameCount = 8, SamplingRate = 4, Size = 32, Sampling = FrameSampling.Uniform };
        using var all = VideoClip.FromFile(path, options).ReadAll(100);
        Assert.IsNotNull(all);
        Assert.IsLessThan(40, all.FrameCount);
        using var frames = VideoClip.FromFile(path, options).Read();
        CollectionAssert.AreEqual(FrameSampler.Sample(options, all.FrameCount), VideoClipTests.Numbers(frames));
    }

    [TestMethod]
    public void A_header_that_states_huge_frames_is_refused_without_allocating_them()
    {
        var bytes = File.ReadAllBytes(_made.Numbered(5));
        int format = bytes.AsSpan().IndexOf("strf"u8);
        BitConverter.TryWriteBytes(bytes.AsSpan(format + 8 + 4), 65_000);
        BitConverter.TryWriteBytes(bytes.AsSpan(format + 8 + 8), 65_000);
        var path = _made.Save("huge.avi", bytes);
        // FFmpeg may believe the header, or the pictures in the stream: an error or the true frames, never an
        // allocation of 12 GB.
        long before = Process.GetCurrentProcess().PeakWorkingSet64;
        try
        {
            VideoClip.FromFile(path, new VideoLoadingOptions { Size = 32 }).Read().Dispose();
        }
        catch (VideoReadException e)
        {
            Assert.IsTrue(e.Reason is VideoReadFailure.TooLarge or VideoReadFailure.NotAVideo or VideoReadFailure.NoFrames, e.Message);
        }
        Assert.IsLessThan(1L << 30, Process.GetCurrentProcess().PeakWorkingSet64 - before);
    }

    [TestMethod]
    public void Frames_of_more_pixels_than_8K_are_refused_though_neither_side_is_too_long()
    {
        var path = _made.Write("wide.avi", 1, 12_000, 3_000, (_, mat) => mat.SetTo(new OpenCvSharp.Scalar(9)));
        var error = Assert.ThrowsExactly<VideoReadException>(() => VideoClip.FromFile(path).Read());
        Assert.AreEqual(VideoReadFailure.TooLarge, error.Reason, error.Message);
        StringAssert.Contains(error.Message, "12000 x 3000");
    }

    [TestMethod]
    [Timeout(30_000)]
    public void Pipes_and_devices_are_refused_without_waiting_for_them()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("Named pipes in the file system are only made on Linux.");
        string pipe = _made.At("pipe.avi"), link = _made.At("link.avi");
        using (var made = Process.Start("mkfifo", [pipe]))
            made.WaitForExit();
        File.CreateSymbolicLink(link, pipe);
        foreach (var path in new[] { pipe, link, "/dev/zero", "/dev/tty" })
        {
            var error = Assert.ThrowsExactly<VideoReadException>(() => VideoClip.FromFile(path).Read());
            Assert.IsTrue(error.Reason is VideoReadFailure.Empty or VideoReadFailure.NotReadable, error.Message);
            StringAssert.Contains(error.Message, path);
        }
        string video = _made.At("linked.avi");
        File.CreateSymbolicLink(video, _made.Numbered(10));
        VideoClip.FromFile(video, new VideoLoadingOptions { FrameCount = 2, Size = 32 }).Read().Dispose();
    }

    [TestMethod]
    public void A_file_that_another_program_is_writing_can_be_read()
    {
        var path = _made.Numbered(10);
        using var writer = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using var frames = VideoClip.FromFile(path, new VideoLoadingOptions { FrameCount = 2, Size = 32 }).Read();
        CollectionAssert.AreEqual(new[] { 0, 4 }, VideoClipTests.Numbers(frames));
    }

    [TestMethod]
    public void Names_with_accents_and_spaces_work()
    {
        var path = _made.At("Klättern på väggen 日本.avi");
        File.Copy(_made.Numbered(10), path);
        using var frames = VideoClip.FromFile(path, new VideoLoadingOptions { FrameCount = 2, Size = 32 }).Read();
        CollectionAssert.AreEqual(new[] { 0, 4 }, VideoClipTests.Numbers(frames));
    }

    [TestMethod]
    public void A_file_whose_name_the_decoder_cannot_be_given_is_read_through_a_copy_and_keeps_its_name()
    {
        var path = _made.Numbered(10);
        using (var copy = new TemporaryFrames(path))
        {
            Assert.AreEqual(path, copy.Path);
            Assert.AreEqual(10, copy.SkipToEnd(default));
        }
        var error = Assert.ThrowsExactly<VideoReadException>(() => new TemporaryFrames(_made.At("gone.avi")));
        Assert.AreEqual(VideoReadFailure.NotFound, error.Reason);
        var (noise, reason) = BadVideos.Make(_made, "noise");
        error = Assert.ThrowsExactly<VideoReadException>(() => new TemporaryFrames(noise));
        Assert.AreEqual((reason, noise), (error.Reason, error.Path));
        StringAssert.Contains(error.Message, noise);
    }

    [TestMethod]
    public void A_missing_native_library_is_named_with_what_to_install()
    {
        var needed = VideoNative.Explain("Unable to load shared library 'OpenCvSharpExtern' or one of its dependencies.\n"
            + "/app/OpenCvSharpExtern.so: cannot open shared object file: No such file or directory\n"
            + "libgtk-3.so.0: cannot open shared object file: No such file or directory\n");
        StringAssert.Contains(needed, "libgtk-3.so.0");
        StringAssert.Contains(needed, "apt-get install libgtk-3-0");
        var absent = VideoNative.Explain("/app/OpenCvSharpExtern.so: cannot open shared object file: No such file or directory\n");
        StringAssert.Contains(absent, "Add the package OpenCvSharp4.");
    }

    [TestMethod]
    [DoNotParallelize]
    public void The_decoder_writes_nothing_to_standard_error()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("Redirecting native standard error is only written for Linux.");
        string log = _made.At("stderr.txt");
        var damaged = File.ReadAllBytes(_made.Numbered(40));
        new Random(1).NextBytes(damaged.AsSpan(damaged.Length / 3, damaged.Length / 3));
        string[] paths = [.. BadVideos.Names.Select(name => BadVideos.Make(_made, name).Path), _made.Save("damaged.avi", damaged)];

        int saved = Duplicate(2);
        using (var file = new FileStream(log, FileMode.Create))
        {
            _ = Duplicate((int)file.SafeFileHandle.DangerousGetHandle(), 2);
            try
            {
                foreach (var path in paths)
                {
                    try
                    {
                        VideoClip.FromFile(path).Read().Dispose();
                    }
                    catch (VideoReadException)
                    {
                        // Expected of most of them.
                    }
                }
            }
            finally
            {
                _ = Duplicate(saved, 2);
                _ = Close(saved);
            }
        }
        Assert.AreEqual("", File.ReadAllText(log));
    }

    [DllImport("libc", EntryPoint = "dup")]
    private static extern int Duplicate(int descriptor);

    [DllImport("libc", EntryPoint = "dup2")]
    private static extern int Duplicate(int from, int to);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);
}
