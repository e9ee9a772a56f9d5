using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;
using OpenCvSharp;

namespace GardenerML.Tests.Video;

[TestClass]
public sealed class RealVideoTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Sampled_frames_equal_those_of_a_sequential_read_by_opencv_alone()
    {
        string[] paths =
        [
            .. Directory.GetFiles(ReferenceData.OddClips(), "*.mp4", SearchOption.AllDirectories),
            .. Directory.GetFiles(ReferenceData.OddClips(), "*.avi", SearchOption.AllDirectories)
                .GroupBy(Path.GetDirectoryName).Select(folder => folder.Min()!),
            .. Directory.GetFiles(ReferenceData.RealUcf101(), "*_g08_c01.avi", SearchOption.AllDirectories),
        ];
        Assert.IsNotEmpty(paths);
        foreach (var path in paths)
        {
            var expected = Sequential(path);
            foreach (var sampling in new[] { FrameSampling.First, FrameSampling.Uniform })
            {
                var options = new VideoLoadingOptions { Size = 64, Sampling = sampling };
                using var frames = VideoClip.FromFile(path, options).Read();
                var indices = FrameSampler.Sample(options, expected.Count);
                for (int i = 0; i < indices.Length; i++)
                    AssertSame(expected[indices[i]], frames.Frame(i), $"{path}, {sampling}, frame {indices[i]}");
            }
            using var all = VideoClip.FromFile(path, new VideoLoadingOptions { Size = 64 }).ReadAll(1000);
            Assert.AreEqual(expected.Count, all!.FrameCount, path);
        }
    }

    [TestMethod]
    public void The_official_lists_of_ucf101_are_read()
    {
        var root = ReferenceData.RealUcf101();
        var error = Assert.ThrowsExactly<FileNotFoundException>(() => Ucf101.Load(_ml, root));
        StringAssert.Contains(error.Message, "9537");

        var skip = new Ucf101Options { MissingVideos = MissingVideos.Skip };
        var train = Ucf101.Load(_ml, root, 1, Ucf101Subset.Train, skip);
        var test = Ucf101.Load(_ml, root, 1, Ucf101Subset.Test, skip);
        int all = Directory.GetFiles(root, "*.avi", SearchOption.AllDirectories).Length;
        Assert.AreEqual(all, train.GetColumn<string>("Label").Count() + test.GetColumn<string>("Label").Count());
        CollectionAssert.AreEqual(new[] { "Archery", "BasketballDunk", "HorseRace", "PlayingPiano", "PlayingViolin", "Surfing" },
            train.GetColumn<string>("Label").Distinct().ToArray());
        Assert.IsFalse(train.GetColumn<string>("Group").Intersect(test.GetColumn<string>("Group")).Any());
        // As published: groups 1 to 7 are test.
        Assert.IsTrue(test.GetColumn<string>("Group").All(group => int.Parse(group[^2..]) <= 7));
    }

    [TestMethod]
    public void Clips_of_ucf101_come_through_the_pipeline()
    {
        var data = Ucf101.Load(_ml, ReferenceData.RealUcf101(), 2, Ucf101Subset.Test, new Ucf101Options { MissingVideos = MissingVideos.Skip });
        var some = _ml.Data.TakeRows(data, 4);
        var view = _ml.Transforms.LoadVideo(options: new VideoLoadingOptions { FrameCount = 16, Size = 112 }).Fit(some).Transform(some);
        using var cursor = view.GetRowCursor(view.Schema);
        var getter = cursor.GetGetter<VideoClip>(view.Schema["Video"]);
        int rows = 0;
        for (VideoClip clip = null!; cursor.MoveNext(); rows++)
        {
            getter(ref clip);
            using var frames = clip.Read();
            Assert.AreEqual((16, 112, 112), (frames.FrameCount, frames.Height, frames.Width));
            Assert.IsFalse(frames.Frame(0).SequenceEqual(frames.Frame(15)), "things move in 60 frames");
        }
        Assert.AreEqual(4, rows);
    }

    // Another way to the same pixels: OpenCV reads every frame, and it alone resizes and reorders.
    private static List<byte[]> Sequential(string path)
    {
        var frames = new List<byte[]>();
        using var capture = new VideoCapture(path, VideoCaptureAPIs.FFMPEG);
        using var frame = new Mat();
        using var small = new Mat();
        using var rgb = new Mat();
        while (capture.Read(frame))
        {
            Cv2.Resize(frame, small, new Size(64, 64), 0, 0, InterpolationFlags.Area);
            Cv2.CvtColor(small, rgb, ColorConversionCodes.BGR2RGB);
            Assert.IsTrue(rgb.GetArray(out Vec3b[] pixels));
            frames.Add(System.Runtime.InteropServices.MemoryMarshal.AsBytes(pixels.AsSpan()).ToArray());
        }
        return frames;
    }

    // Where an average falls in the middle between two levels, the order of the sums decides which one it becomes.
    private static void AssertSame(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual, string what)
    {
        int different = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            int distance = Math.Abs(expected[i] - actual[i]);
            Assert.IsLessThanOrEqualTo(1, distance, what);
            different += distance;
        }
        Assert.IsLessThanOrEqualTo(expected.Length / 50, different, what);
    }
}
