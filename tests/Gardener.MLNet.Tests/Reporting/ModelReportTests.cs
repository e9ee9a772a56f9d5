using System.Globalization;
using GardenerML.Checkpoints;
using GardenerML.Reporting;
using GardenerML.Samples.Motion;
using GardenerML.Tests.CommandLine;
using GardenerML.Tests.Sensitivity;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;
using OpenCvSharp;

namespace GardenerML.Tests.Reporting;

/// <summary>Reports of a pruned model that was trained on made videos, from memory, from its zip and by the verb.</summary>
[TestClass]
[DoNotParallelize]
public sealed class ModelReportTests
{
    private static readonly MLContext Ml = new(1);
    private static MotionSet _set = null!;
    private static TransformerChain<VideoClassifierTransformer> _model = null!;
    private static IDataView _test = null!;
    private static string _zip = "";

    [ClassInitialize]
    public static void Train(TestContext _)
    {
        _set = new MotionSet(groups: 5);
        var training = Ucf101.Load(Ml, _set.Videos);
        _test = Ucf101.Load(Ml, _set.Videos, subset: Ucf101Subset.Test);
        var loading = new VideoLoadingOptions { FrameCount = 4, SamplingRate = 1, Size = 32 };
        var steps = Ml.Transforms.Conversion.MapValueToKey("Label").Append(Ml.Transforms.LoadVideo(options: loading));
        _model = steps
            .Append(Gardener.Prune(ratio: 0.34, checkpoint: _set.Checkpoint()))
            .Append(Ml.MulticlassClassification.Trainers.VideoClassifier(new VideoClassifierOptions
            {
                Epochs = 3,
                BatchSize = 4,
                LearningRate = 1e-3,
                Seed = 1,
                Device = ComputeDevice.Cpu,
                LogFolder = _set.File("log"),
                ValidationSet = steps.Fit(training).Transform(_test),
            }))
            .Fit(training);
        _zip = _set.File("model.zip");
        Ml.Model.Save(_model, training.Schema, _zip);
    }

    [ClassCleanup]
    public static void CleanUp()
    {
        _model.Dispose();
        _set.Dispose();
    }

    [TestMethod]
    public void A_zip_tells_the_same_of_itself_as_the_model_but_for_the_history()
    {
        var trained = HtmlReport.Of(_model, "x");
        using var loaded = (IDisposable)Ml.Model.Load(_zip, out _);
        var saved = HtmlReport.Of((ITransformer)loaded, "x");
        CollectionAssert.AreEqual(new[] { "model", "blocks", "weights", "training" }, trained.Page().SectionIds());
        CollectionAssert.AreEqual(_model.LastTransformer.TrainingHistory.ToArray(), trained.TrainingHistory.ToArray());
        Assert.AreEqual((trained with { TrainingHistory = [] }).ToHtml(), saved.ToHtml());
        Assert.AreEqual(BlockNumbers(_model.LastTransformer.PruningPlan!.Removed), saved.Page().Value("Removed blocks"));
        Assert.ThrowsExactly<ArgumentException>(() => HtmlReport.Of(Ml.Transforms.CopyColumns("A", "Label").Fit(_test)));

        static string BlockNumbers(IReadOnlyList<int> blocks) => string.Join(", ", blocks);
    }

    [TestMethod]
    public void Costs_are_those_of_the_models_before_and_after()
    {
        var (model, plan) = (_model.LastTransformer.Model, _model.LastTransformer.PruningPlan!);
        var parameters = model.parameters().Sum(parameter => parameter.numel());
        var block = model.named_parameters().Where(entry => entry.name.StartsWith("blocks.0.", StringComparison.Ordinal)).Sum(entry => entry.parameter.numel());
        var costs = ModelCost.Of(model, plan, measure: true);
        Assert.AreEqual((2, 3), (costs[1].Blocks, costs[0].Blocks));
        Assert.AreEqual((parameters + block, parameters), (costs[0].Parameters, costs[1].Parameters));
        Assert.AreEqual(plan.Before.GigaFlops!.Value, costs[0].GigaFlops, 1e-9);
        Assert.IsTrue(costs.All(cost => cost.LatencyInMilliseconds > 0));
        Assert.HasCount(1, ModelCost.Of(model));
        Assert.IsNull(ModelCost.Of(model)[0].LatencyInMilliseconds);
    }

    [TestMethod]
    public void Histograms_count_the_weights_of_the_matrices()
    {
        var classifier = _model.LastTransformer;
        var histograms = WeightHistogram.ByDepth(classifier.Model, classifier.PruningPlan);
        CollectionAssert.AreEqual(new[] { "early", "late" }, histograms.Select(histogram => histogram.Name).ToArray());
        CollectionAssert.AreEqual(classifier.PruningPlan!.Kept.ToArray(), histograms.SelectMany(histogram => histogram.Blocks).ToArray());
        for (var part = 0; part < 2; part++)
        {
            // The stored matrices, by the checkpoint inside the zip.
            using var checkpoint = VideoMaeCheckpoint.Open(_zip);
            var weights = checkpoint.BlockWeights(part)
                .SelectMany(tensor => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(tensor.Bytes).ToArray()).ToArray();
            var histogram = histograms[part];
            Assert.AreEqual(weights.Length, histogram.Total);
            var mean = weights.Average(weight => (double)weight);
            Assert.AreEqual(mean, histogram.Mean, 1e-9);
            Assert.AreEqual(Math.Sqrt(weights.Average(weight => (weight - mean) * (weight - mean))), histogram.StandardDeviation, 1e-9);
            var width = (histogram.Highest - histogram.Lowest) / histogram.Counts.Count;
            foreach (var bin in new[] { 0, 20, 40, 41, 80 })
            {
                var (from, to) = (histogram.Lowest + (bin * width), histogram.Lowest + ((bin + 1) * width));
                Assert.AreEqual(weights.Count(weight => weight >= from && weight < to), histogram.Counts[bin], 1.0, $"bin {bin}");
            }
            Assert.AreEqual(weights.Count(weight => Math.Abs(weight) > histogram.Highest) / (double)weights.Length, histogram.Outside, 1e-3);
        }
    }

    [TestMethod]
    public void Videos_have_the_predictions_of_the_pipeline_and_their_own_frames()
    {
        var videos = PredictedVideo.Of(Ml, _model, _test, count: 4);
        Assert.HasCount(4, videos);
        var scored = _model.Transform(_test);
        var scores = scored.GetColumn<float[]>("Score").ToArray();
        var paths = _test.GetColumn<string>("VideoPath").ToArray();
        var labels = _test.GetColumn<string>("Label").ToArray();
        foreach (var video in videos)
        {
            var row = Array.FindIndex(paths, path => Path.GetFileName(path) == video.Name);
            Assert.AreEqual(labels[row], video.Label);
            Assert.AreEqual(scores[row].Max(), video.Probability, 1e-6);
            Assert.AreEqual(_model.LastTransformer.ClassNames[Array.IndexOf(scores[row], scores[row].Max())], video.PredictedLabel);
            Assert.HasCount(4, video.Frames);
            using var clip = VideoClip.FromFile(paths[row], new VideoLoadingOptions { FrameCount = 4, SamplingRate = 1, Size = 32 }).Read();
            for (var frame = 0; frame < 4; frame++)
            {
                using var picture = Cv2.ImDecode(video.Frames[frame], ImreadModes.Color);
                Assert.AreEqual((32, 32), (picture.Rows, picture.Cols));
                var mean = Cv2.Mean(picture);
                var pixels = clip.Frame(frame).ToArray();
                foreach (var (channel, value) in new[] { mean.Val2, mean.Val1, mean.Val0 }.Index())
                    Assert.AreEqual(pixels.Where((_, i) => i % 3 == channel).Average(pixel => pixel), value, 2, $"channel {channel}");
            }
        }
        Assert.HasCount(paths.Length, PredictedVideo.Of(Ml, _model, _test, count: 1000));

        // Of lists that name videos which are not there, those are shown that are.
        var text = _set.File("text.avi");
        File.WriteAllText(text, "no video");
        var partial = Ml.Data.LoadFromEnumerable<Row>(
            [.. Enumerable.Range(0, 9).Select(i => new Row { VideoPath = _set.File($"gone-{i}.avi"), Label = labels[0] }),
            new Row { VideoPath = paths[0], Label = "unknown" }, new Row { VideoPath = text, Label = labels[0] }]);
        var there = PredictedVideo.Of(Ml, _model, partial, count: 8);
        Assert.AreEqual((Path.GetFileName(paths[0]), null), (there.Single().Name, there.Single().Label));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PredictedVideo.Of(Ml, _model, _test, count: 0));
    }

    [TestMethod]
    public void A_log_folder_has_the_history()
    {
        var read = TrainingHistory.Load(_set.File("log"));
        var known = _model.LastTransformer.TrainingHistory;
        CollectionAssert.AreEqual(
            known.Select(epoch => epoch with { Validation = epoch.Validation! with { ClipCount = 0 } }).ToArray(), read.ToArray());
        var damaged = _set.File("history.csv");
        File.WriteAllText(damaged, File.ReadAllText(_set.File("log/history.csv")).Replace("\n2,", "\n2,x"));
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => TrainingHistory.Load(damaged)).Message, "line 3");
        File.WriteAllText(damaged, "epoch\n1\n");
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => TrainingHistory.Load(damaged)).Message, "first line");
        Assert.ThrowsExactly<FileNotFoundException>(() => TrainingHistory.Load(_set.File("nowhere")));
    }

    [TestMethod]
    public async Task The_verb_writes_the_page_of_a_zip()
    {
        var page = _set.File("pages/model.html");
        var run = await CliRun.Of(
            "report", _zip, "--data", _set.Videos, "--samples", "3", "--log-folder", _set.File("log"), "--figures", _set.File("figures"), "-o", page, "--json");
        Assert.AreEqual(0, run.ExitCode, run.Error);
        Assert.AreEqual(page, run.Json.GetProperty("path").GetString());
        var read = ReportReader.Parse(await File.ReadAllTextAsync(page));
        CollectionAssert.AreEqual(new[] { "model", "evaluation", "predictions", "blocks", "weights", "training" }, read.SectionIds());
        Assert.AreEqual("model.zip", read.All("h1").Single().Value);
        var metrics = Ml.MulticlassClassification.Evaluate(_model.Transform(_test));
        Assert.AreEqual(metrics.MicroAccuracy.ToString("0.0000", CultureInfo.InvariantCulture), read.Value("Accuracy (top-1, WAR)"));
        Assert.AreEqual(metrics.LogLoss, double.Parse(read.Value("Log-loss, nats"), CultureInfo.InvariantCulture), 1e-4);
        Assert.HasCount(3 * 4, read.Section("predictions").All("img"));
        Assert.HasCount(Enum.GetValues<MotionClass>().Length, read.Rows("Recall of each class"));
        Assert.Contains("blocks.png", Directory.GetFiles(_set.File("figures")).Select(Path.GetFileName));
        // Nothing of this machine is in the page.
        Assert.DoesNotContain(Path.GetTempPath(), await File.ReadAllTextAsync(page));

        var bare = await CliRun.Of("report", _zip, "-o", page, "--title", "Bare");
        Assert.AreEqual(0, bare.ExitCode, bare.Error);
        read = ReportReader.Parse(await File.ReadAllTextAsync(page));
        CollectionAssert.AreEqual(new[] { "model", "blocks", "weights" }, read.SectionIds());
        Assert.AreEqual("Bare", read.All("title").Single().Value);
    }

    [TestMethod]
    public async Task The_verb_says_what_it_cannot_report()
    {
        var page = _set.File("none.html");
        foreach (var (subject, message) in new[] { (_set.Videos, PruningExperiment.CurvesTable), (_set.File("gone.zip"), "gone.zip"), (_set.Checkpoint("c.safetensors"), "no model zip") })
        {
            var run = await CliRun.Of("report", subject, "-o", page, "--json");
            Assert.AreEqual((1, ""), (run.ExitCode, run.Output), run.Error);
            StringAssert.Contains(run.Error, message);
        }
        Assert.AreEqual(2, (await CliRun.Of("report", _zip)).ExitCode);
        foreach (var wrong in new[] { new[] { _zip, "--samples", "3" }, [_zip, "--data", _set.Videos, "--samples", "-1"], [_set.File("log"), "--data", _set.Videos] })
            Assert.AreEqual(2, (await CliRun.Of(["report", .. wrong, "-o", page])).ExitCode, string.Join(' ', wrong));
        var folder = await CliRun.Of("report", _set.File("log"), "--samples", "3", "-o", page);
        Assert.AreEqual(2, folder.ExitCode);
        StringAssert.Contains(folder.Error, "leave --samples out");
        foreach (var option in new[] { "--views 2x1", "--subset all", "--batch-size 2", "--device cpu", "--on-error skip", "--split 2", "--lists ." })
        {
            var run = await CliRun.Of(["report", _set.File("log"), .. option.Split(' '), "-o", page]);
            Assert.AreEqual(2, run.ExitCode, option);
            StringAssert.Contains(run.Error, $"leave {option.Split(' ')[0]} out, or name a model zip");
        }
        var alone = await CliRun.Of("report", _zip, "--views", "2x1", "--samples", "3", "--device", "cpu", "-o", page);
        Assert.AreEqual(2, alone.ExitCode);
        StringAssert.StartsWith(alone.Error, "--views, --samples: name the folder of videos");
        Assert.IsFalse(File.Exists(page));
    }

    private sealed class Row
    {
        public string VideoPath { get; set; } = "";

        public string Label { get; set; } = "";
    }
}
