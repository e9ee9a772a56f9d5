using GardenerML.Samples.Motion;
using GardenerML.Tests.CommandLine;
using GardenerML.Tests.Training;
using GardenerML.Video;
using Microsoft.ML;

namespace GardenerML.Tests.Evaluation;

[TestClass]
[DoNotParallelize]
public sealed class EvaluateVerbTests
{
    private const string Skipping = "To leave out and count such videos, use --on-error skip.";

    private static string _folder = "";
    private static string _zip = "";
    private static MotionDataset _videos = null!;
    private static readonly MLContext Ml = new(1);

    [ClassInitialize]
    public static void Train(TestContext _)
    {
        _folder = Directory.CreateTempSubdirectory("gardener-evaluate-").FullName;
        _videos = MotionDataset.Create(
            Path.Combine(_folder, "motion"), new MotionDatasetOptions { Groups = 5, ClipsPerGroup = 1, ImageSize = 32, FrameCount = 12 });
        var data = Ucf101.Load(Ml, _videos.Folder);
        using var model = Ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(Ml.Transforms.LoadVideo(options: new VideoLoadingOptions { FrameCount = 4, SamplingRate = 2, Size = 16 }))
            .Append(Ml.Trainer(TinyData.Options with { Epochs = 1 })).Fit(data);
        _zip = Path.Combine(_folder, "model.zip");
        Ml.Model.Save(model, data.Schema, _zip);
    }

    [ClassCleanup]
    public static void CleanUp() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public async Task Json_has_the_metrics_and_nothing_else()
    {
        var run = await CliRun.Of("evaluate", _zip, "--data", _videos.Folder, "--views", "2x3", "--device", "cpu", "--json");
        Assert.AreEqual(0, run.ExitCode, run.Error);
        CollectionAssert.AreEqual(
            new[] { "accuracy", "war", "uar", "top5", "logLoss", "clips", "skipped", "confusion" },
            run.Json.EnumerateObject().Select(property => property.Name).ToArray());

        var model = Ml.Model.Load(_zip, out _);
        using var owned = (IDisposable)model;
        var data = Ucf101.Load(Ml, _videos.Folder, subset: Ucf101Subset.Test);
        var metrics = Ml.MulticlassClassification.EvaluateVideo(model, data, new() { Views = new(2, 3) });
        Assert.AreEqual(metrics.Accuracy, Number("accuracy"));
        Assert.AreEqual(metrics.War, Number("war"));
        Assert.AreEqual(metrics.Uar, Number("uar"));
        Assert.AreEqual(metrics.Top5Accuracy, Number("top5"));
        Assert.AreEqual(metrics.LogLoss, Number("logLoss"), 1e-6);
        Assert.AreEqual((metrics.ClipCount, 0), (run.Json.GetProperty("clips").GetInt64(), run.Json.GetProperty("skipped").GetInt32()));
        var confusion = run.Json.GetProperty("confusion");
        Assert.AreEqual(Enum.GetValues<MotionClass>().Length, confusion.GetArrayLength());
        CollectionAssert.AreEqual(
            metrics.ConfusionMatrix.SelectMany(row => row).ToArray(),
            confusion.EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(count => count.GetInt64()).ToArray());

        double Number(string name) => run.Json.GetProperty(name).GetDouble();
    }

    [TestMethod]
    public async Task Subsets_have_their_own_videos()
    {
        var clips = new List<int>();
        foreach (var subset in new[] { "train", "validation", "test", "all" })
        {
            var run = await CliRun.Of("evaluate", _zip, "--data", _videos.Folder, "--subset", subset, "--json");
            Assert.AreEqual(0, run.ExitCode, run.Error);
            clips.Add(run.Json.GetProperty("clips").GetInt32());
        }
        Assert.AreEqual(clips[3], clips[0] + clips[1] + clips[2]);
        Assert.IsTrue(clips.TrueForAll(count => count > 0));
    }

    [TestMethod]
    public async Task For_people_there_is_a_table()
    {
        var run = await CliRun.Of("evaluate", _zip, "--data", _videos.Folder);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        foreach (var part in new[] { "Accuracy (top-1, WAR)", "Mean class recall (UAR)", "Most often taken for", nameof(MotionClass.ZoomIn) })
            StringAssert.Contains(run.Output, part);
        Assert.IsFalse(run.Output.Contains('\u001b'));
    }

    [TestMethod]
    public async Task Absent_and_unreadable_videos_fail_or_are_skipped_and_counted()
    {
        // A folder whose lists name two good videos, a text, an absent one, and an absent one of a class that no one knows.
        var root = Path.Combine(_folder, "listed");
        var lists = Directory.CreateDirectory(Path.Combine(root, "ucfTrainTestlist")).FullName;
        foreach (var motion in new[] { MotionClass.ZoomIn, MotionClass.MoveLeft })
            File.Copy(_videos.ClipPath(motion, 1, 1), Path.Combine(Directory.CreateDirectory(Path.Combine(root, $"{motion}")).FullName, "good.avi"));
        await File.WriteAllTextAsync(Path.Combine(root, "ZoomIn", "text.avi"), "no video");
        await File.WriteAllTextAsync(Path.Combine(lists, "trainlist01.txt"), "ZoomIn/good.avi 1\n");
        var test = Path.Combine(lists, "testlist01.txt");
        await File.WriteAllTextAsync(test, "ZoomIn/good.avi\nMoveLeft/good.avi\nZoomIn/text.avi\nZoomIn/gone.avi\nJuggling/gone.avi\n");

        var run = await CliRun.Of("evaluate", _zip, "--data", root, "--json");
        Assert.AreEqual((1, ""), (run.ExitCode, run.Output));
        StringAssert.Contains(run.Error, "2 of the 5 videos that the lists name cannot be read");
        StringAssert.Contains(run.Error, Skipping);

        run = await CliRun.Of("evaluate", _zip, "--data", root, "--on-error", "skip", "--json");
        Assert.AreEqual(0, run.ExitCode, run.Error);
        Assert.AreEqual(2, run.Json.GetProperty("clips").GetInt32());
        Assert.AreEqual(3, run.Json.GetProperty("skipped").GetInt32());
        StringAssert.Contains(run.Error, "3 rows are left out");

        await File.WriteAllTextAsync(test, "ZoomIn/good.avi\nZoomIn/text.avi\n");
        run = await CliRun.Of("evaluate", _zip, "--data", root);
        Assert.AreEqual(1, run.ExitCode);
        StringAssert.Contains(run.Error, "text.avi");
        StringAssert.Contains(run.Error, Skipping);
    }

    [TestMethod]
    public async Task Classes_that_the_model_does_not_know_are_named()
    {
        var root = Path.Combine(_folder, "unknown");
        foreach (var (folder, group) in ((string, int)[])[("ZoomIn", 1), ("ZoomIn", 2), ("Juggling", 1), ("Juggling", 2)])
        {
            Directory.CreateDirectory(Path.Combine(root, folder));
            File.Copy(_videos.ClipPath(MotionClass.ZoomIn, group, 1), Path.Combine(root, folder, $"v_{folder}_g0{group}_c01.avi"));
        }
        // Whoever scored the videos would find first that this one is none.
        await File.WriteAllTextAsync(Path.Combine(root, "Juggling", "v_Juggling_g00_c01.avi"), "no video");
        foreach (var verb in (string[][])[["evaluate", _zip], ["report", _zip, "-o", Path.Combine(_folder, "unknown.html")]])
        {
            var run = await CliRun.Of([.. verb, "--data", root, "--subset", "all"]);
            Assert.AreEqual((1, ""), (run.ExitCode, run.Output));
            StringAssert.StartsWith(run.Error, "The model does not know 1 of the 2 classes of the data: Juggling. It knows ");
        }
    }

    [TestMethod]
    public async Task Wrong_usage_ends_with_2_and_other_faults_with_1()
    {
        foreach (var wrong in new[] { "", "--data . --views 5", "--data . --views 0x3", "--data . --subset some", "--data . --device gpu" })
        {
            var run = await CliRun.Of(["evaluate", _zip, .. wrong.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
            Assert.AreEqual((2, ""), (run.ExitCode, run.Output), wrong);
        }
        var absent = await CliRun.Of("evaluate", Path.Combine(_folder, "gone.zip"), "--data", _videos.Folder, "--json");
        Assert.AreEqual((1, ""), (absent.ExitCode, absent.Output));
        StringAssert.Contains(absent.Error, "gone.zip");
        var text = Path.Combine(_folder, "text.zip");
        await File.WriteAllTextAsync(text, "no zip");
        var noModel = await CliRun.Of("evaluate", text, "--data", _videos.Folder);
        Assert.AreEqual((1, ""), (noModel.ExitCode, noModel.Output));
        StringAssert.Contains(noModel.Error, "text.zip cannot be loaded");
        var nowhere = await CliRun.Of("evaluate", _zip, "--data", Path.Combine(_folder, "nowhere"));
        Assert.AreEqual(1, nowhere.ExitCode);
        StringAssert.Contains(nowhere.Error, "nowhere");
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        Assert.AreEqual(130, (await CliRun.Of(cancelled.Token, "evaluate", _zip, "--data", _videos.Folder)).ExitCode);
        StringAssert.Contains((await CliRun.Of("evaluate", "--help")).Output, "5x3");
    }
}
