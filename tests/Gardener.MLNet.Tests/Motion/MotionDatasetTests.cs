using System.Text;
using GardenerML.Samples.Motion;
using OpenCvSharp;

namespace GardenerML.Tests.Motion;

[TestClass]
public sealed class MotionDatasetTests
{
    private static readonly MotionDatasetOptions Small = new() { Groups = 4, ClipsPerGroup = 3, Seed = 5 };
    private static string _root = "";
    private static MotionDataset _dataset = null!;

    [ClassInitialize]
    public static void Make(TestContext context)
    {
        _root = Directory.CreateTempSubdirectory("motion-").FullName;
        _dataset = MotionDataset.Create(Path.Combine(_root, "made"), Small, cancellationToken: context.CancellationToken);
    }

    [ClassCleanup]
    public static void Remove() => Directory.Delete(_root, recursive: true);

    [TestMethod]
    public void Lists_name_exactly_the_files_with_their_class_numbers()
    {
        var classes = Lines(_dataset.ClassListPath).Select(line => line.Split(' ')).ToDictionary(p => p[1], p => p[0]);
        CollectionAssert.AreEqual(_dataset.ClassNames.ToArray(), classes.Keys.ToArray());
        CollectionAssert.AreEqual(Enumerable.Range(1, 8).Select(n => $"{n}").ToArray(), classes.Values.ToArray());

        var train = Lines(_dataset.TrainListPath).Select(line => line.Split(' ')).ToArray();
        foreach (var line in train)
            Assert.AreEqual(classes[line[0].Split('/')[0]], line[1]);

        var listed = train.Select(line => line[0]).Concat(Lines(_dataset.TestListPath)).Order(StringComparer.Ordinal).ToArray();
        var files = Directory.EnumerateFiles(_dataset.VideoFolder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(_dataset.VideoFolder, path).Replace('\\', '/')).Order(StringComparer.Ordinal);
        CollectionAssert.AreEqual(files.ToArray(), listed);
        Assert.HasCount(8 * 4 * 3, listed);
    }

    [TestMethod]
    public void Lists_are_written_as_the_official_ones()
    {
        Assert.AreEqual("1 MoveDown\r\n2 MoveLeft\r\n", Text(_dataset.ClassListPath)[..24]);
        StringAssert.StartsWith(
            Text(_dataset.TrainListPath), "MoveDown/v_MoveDown_g02_c01.avi 1\r\nMoveDown/v_MoveDown_g02_c02.avi 1\r\n");
        StringAssert.StartsWith(
            Text(_dataset.TestListPath), "MoveDown/v_MoveDown_g01_c01.avi\r\nMoveDown/v_MoveDown_g01_c02.avi\r\n");
        StringAssert.EndsWith(Text(_dataset.TrainListPath), "ZoomOut/v_ZoomOut_g04_c03.avi 8\r\n");
    }

    [TestMethod]
    public void No_group_is_in_training_and_test()
    {
        var train = Lines(_dataset.TrainListPath).Select(Group).ToHashSet();
        var test = Lines(_dataset.TestListPath).Select(Group).ToHashSet();
        Assert.IsNotEmpty(train);
        Assert.IsNotEmpty(test);
        Assert.IsFalse(train.Overlaps(test));

        static string Group(string line) => line.Split('_')[2];
    }

    [TestMethod]
    public void The_share_of_test_groups_is_that_of_the_official_split_and_neither_part_is_empty()
    {
        Assert.AreEqual(7, new MotionDatasetOptions { Groups = 25 }.TestGroups);
        for (var groups = 2; groups < 100; groups++)
            Assert.IsTrue(new MotionDatasetOptions { Groups = groups }.TestGroups is var test && test >= 1 && test < groups);
    }

    [TestMethod]
    public void Files_decode_to_nearly_the_rendered_frames()
    {
        foreach (var motion in Enum.GetValues<MotionClass>())
        {
            var rendered = _dataset.Render(motion, 2, 3);
            var decoded = MotionFiles.Decode(_dataset.ClipPath(motion, 2, 3));

            Assert.HasCount(rendered.Length, decoded);
            // Colour has half the resolution in the file, brightness all of it.
            Assert.IsGreaterThan(30.0, Psnr(rendered.Select(v => (float)v), decoded.Select(v => (float)v)), $"{motion}");
            Assert.IsGreaterThan(38.0, Psnr(Bright(rendered), Bright(decoded)), $"{motion}, luminance");
        }

        static IEnumerable<float> Bright(byte[] clip) =>
            Enumerable.Range(0, Small.FrameCount).SelectMany(t => MotionMeasures.Luminance(clip, Small.ImageSize, t));
    }

    [TestMethod]
    public void The_motion_of_every_class_is_measured_in_the_decoded_frames()
    {
        foreach (var motion in Enum.GetValues<MotionClass>())
        {
            for (var group = 1; group <= Small.Groups; group++)
            {
                var path = _dataset.ClipPath(motion, group, 1);
                var clip = MotionFiles.Decode(path);
                var frames = Enumerable.Range(0, Small.FrameCount)
                    .Select(t => MotionMeasures.Luminance(clip, Small.ImageSize, t)).ToArray();
                Assert.AreEqual(motion, Measured(frames), path);
            }
        }
    }

    [TestMethod]
    public void Files_state_size_and_frame_rate()
    {
        var path = Path.Combine(_dataset.VideoFolder, Lines(_dataset.TestListPath)[0]);
        using var video = new VideoCapture(path, VideoCaptureAPIs.FFMPEG);
        Assert.AreEqual((64, 64, 16, 25.0), (video.FrameWidth, video.FrameHeight, video.FrameCount, video.Fps));
    }

    private static MotionClass Measured(float[][] frames)
    {
        var (x, y) = MotionMeasures.Shift(frames, Small.ImageSize);
        if (Math.Max(Math.Abs(x), Math.Abs(y)) > 0.8)
        {
            return Math.Abs(x) > Math.Abs(y)
                ? x > 0 ? MotionClass.MoveRight : MotionClass.MoveLeft
                : y > 0 ? MotionClass.MoveDown : MotionClass.MoveUp;
        }
        var growth = MotionMeasures.Growth(frames);
        if (Math.Abs(Math.Log(growth)) > 0.035)
            return growth > 1 ? MotionClass.ZoomIn : MotionClass.ZoomOut;
        return MotionMeasures.Turn(frames, Small.ImageSize) > 0 ? MotionClass.RotateClockwise : MotionClass.RotateAnticlockwise;
    }

    private static double Psnr(IEnumerable<float> expected, IEnumerable<float> actual) =>
        10 * Math.Log10(255 * 255 / expected.Zip(actual, (a, b) => (double)(a - b) * (a - b)).Average());

    private static string Text(string path) => Encoding.ASCII.GetString(File.ReadAllBytes(path));

    private static string[] Lines(string path) => File.ReadAllLines(path);
}
