using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using GardenerML.Interop;
using GardenerML.Onnx;
using GardenerML.Samples.Motion;
using GardenerML.Samples.Onnx;
using GardenerML.Tests.CommandLine;
using GardenerML.Tests.Training;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Tests.Onnx;

/// <summary>A trained pipeline that scores with ONNX Runtime, here and in a process without libtorch.</summary>
[TestClass]
[DoNotParallelize]
public sealed class OnnxScoringTests
{
    private static string _folder = "";
    private static string[] _videos = [];
    private static string _model = "";
    private static string _zip = "";
    private static CliRun _run = new(0, "", "");

    public required TestContext TestContext { get; init; }

    [ClassInitialize]
    public static async Task Export(TestContext context)
    {
        _folder = Directory.CreateTempSubdirectory("gardener-onnx-").FullName;
        var data = MotionDataset.Create(
            Path.Combine(_folder, "motion"), new MotionDatasetOptions { Groups = 2, ClipsPerGroup = 1, ImageSize = 32, FrameCount = 8 });
        _videos = [.. new[] { MotionClass.MoveLeft, MotionClass.ZoomIn }.SelectMany(motion => new[] { 1, 2 }.Select(group => data.ClipPath(motion, group, 1)))];
        var ml = new MLContext(1);
        var rows = ml.Data.LoadFromEnumerable(_videos.Select(path => new Row { VideoPath = path, Label = Path.GetFileName(Path.GetDirectoryName(path))! }).ToArray());
        using var model = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.LoadVideo(options: new VideoLoadingOptions { FrameCount = 8, SamplingRate = 1, Size = 32 }))
            .Append(ml.Transforms.GardenerPrune(0.5, ReferenceData.Golden("tiny-a")))
            .Append(ml.Trainer(TinyData.Options with { NewModel = null, Epochs = 4 }))
            .Fit(rows);
        (_model, _zip) = (Path.Combine(_folder, "model.zip"), Path.Combine(_folder, "scoring.zip"));
        ml.Model.Save(model, rows.Schema, _model);
        _run = await CliRun.Of(
            context.CancellationToken, "onnx", _model, "-o", Path.Combine(_folder, "model.onnx"), "--scoring-zip", _zip, "--json");
    }

    [ClassCleanup]
    public static void CleanUp() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public void A18_The_verb_tells_what_it_wrote_and_how_far_it_is_from_TorchSharp()
    {
        Assert.AreEqual(0, _run.ExitCode, _run.Error);
        var json = _run.Json;
        Assert.AreEqual(Path.Combine(_folder, "model.onnx"), json.GetProperty("path").GetString());
        Assert.AreEqual(17, json.GetProperty("opset").GetInt32());
        Assert.AreEqual("""{"name":"Clip","type":"float","shape":[-1,3,8,32,32]}""", Compact(json.GetProperty("inputs")[0]));
        Assert.AreEqual("""{"name":"Score","type":"float","shape":[-1,2]}""", Compact(json.GetProperty("outputs")[0]));
        Assert.IsLessThanOrEqualTo(1e-4, json.GetProperty("maxDifference").GetDouble());

        static string Compact(System.Text.Json.JsonElement element) => element.GetRawText().Replace(" ", "").Replace("\n", "");
    }

    [TestMethod]
    public async Task Each_option_of_the_verb_changes_the_file()
    {
        var path = Path.Combine(_folder, "other.onnx");
        var run = await CliRun.Of(
            TestContext.CancellationToken, "onnx", _model, "-o", path, "--frame-input", "--logits", "--half", "--json");
        Assert.AreEqual(0, run.ExitCode, run.Error);
        Assert.AreEqual("uint8", run.Json.GetProperty("inputs")[0].GetProperty("type").GetString());
        Assert.AreEqual("Logits", run.Json.GetProperty("outputs")[0].GetProperty("name").GetString());
        Assert.IsLessThan(new FileInfo(Path.Combine(_folder, "model.onnx")).Length * 3 / 4, new FileInfo(path).Length);
        Assert.IsLessThanOrEqualTo(0.05, run.Json.GetProperty("maxDifference").GetDouble());
    }

    [TestMethod]
    public async Task What_is_no_classifier_is_refused()
    {
        var path = Path.Combine(_folder, "none.onnx");
        var run = await CliRun.Of(TestContext.CancellationToken, "onnx", _zip, "-o", path);
        Assert.AreEqual(1, run.ExitCode);
        StringAssert.Contains(run.Error, "OnnxTransformer");
        Assert.IsFalse(File.Exists(path));
    }

    [TestMethod]
    public async Task A_pipeline_in_a_pipeline_is_exported_and_one_that_loads_no_videos_has_no_scoring_zip()
    {
        var ml = new MLContext();
        var loaded = ml.Model.Load(_model, out var schema);
        using var owned = (IDisposable)loaded;
        var steps = ModelSteps.Of(loaded).ToArray();
        var (nested, bare) = (Path.Combine(_folder, "nested.zip"), Path.Combine(_folder, "bare.zip"));
        ml.Model.Save(new TransformerChain<ITransformer>(new TransformerChain<ITransformer>(steps)), schema, nested);
        ml.Model.Save(steps.OfType<VideoClassifierTransformer>().Single(), null, bare);
        var (output, zip) = (Path.Combine(_folder, "nested.onnx"), Path.Combine(_folder, "nested-scoring.zip"));
        var run = await CliRun.Of(TestContext.CancellationToken, "onnx", nested, "-o", output, "--scoring-zip", zip);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        Assert.IsTrue(File.Exists(zip));

        output = Path.Combine(_folder, "bare.onnx");
        run = await CliRun.Of(TestContext.CancellationToken, "onnx", bare, "-o", output, "--scoring-zip", zip);
        Assert.AreEqual(1, run.ExitCode);
        StringAssert.Contains(run.Error, "loads no videos");
        Assert.IsFalse(File.Exists(output));
    }

    [TestMethod]
    public void A_model_with_its_weights_in_a_second_file_has_no_scoring_zip()
    {
        var ml = new MLContext();
        var loaded = ml.Model.Load(_model, out _);
        using var owned = (IDisposable)loaded;
        var steps = ModelSteps.Of(loaded).ToArray();
        var zip = Path.Combine(_folder, "large.zip");
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => ScoringPipeline.Save(
            ml, steps.OfType<VideoLoadingTransformer>().Single(), steps.OfType<VideoClassifierTransformer>().Single(), zip,
            new OnnxExportOptions { MaxFileBytes = 10_000 }));
        StringAssert.Contains(error.Message, "--half");
        Assert.IsFalse(File.Exists(zip));
    }

    [TestMethod]
    public void The_scoring_pipeline_gives_the_scores_and_labels_of_the_model()
    {
        var ml = new MLContext();
        using var model = (IDisposable)ml.Model.Load(_model, out _);
        var scoring = ml.Model.Load(_zip, out var schema);
        Assert.IsNotNull(schema.GetColumnOrNull("VideoPath"));
        var rows = ml.Data.LoadFromEnumerable(_videos.Select(path => new Row { VideoPath = path, Label = "MoveLeft" }).ToArray());
        var expected = ((ITransformer)model).Transform(rows);
        var actual = scoring.Transform(rows);

        foreach (var (a, b) in expected.GetColumn<float[]>("Score").Zip(actual.GetColumn<float[]>("Score")))
            Assert.IsTrue(a.Zip(b).All(pair => Math.Abs(pair.First - pair.Second) <= 1e-4), $"[{string.Join(", ", a)}] [{string.Join(", ", b)}]");
        var labels = ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(expected).Transform(expected);
        CollectionAssert.AreEqual(labels.GetColumn<string>("PredictedLabel").ToArray(), actual.GetColumn<string>("PredictedLabel").ToArray());
        VBuffer<ReadOnlyMemory<char>> names = default;
        actual.Schema["Score"].GetSlotNames(ref names);
        CollectionAssert.AreEqual(new[] { "MoveLeft", "ZoomIn" }, names.DenseValues().Select(name => name.ToString()).ToArray());
        (scoring as IDisposable)?.Dispose();
    }

    [TestMethod]
    public void The_sample_names_what_is_no_scoring_zip_and_says_what_is_wanted()
    {
        // No zip as it was trained: TorchSharp, where it finds a libtorch among the packages, would copy it into the sample's folder.
        var path = Path.Combine(_folder, "model.onnx");
        using var process = Process.Start(
            new ProcessStartInfo(Repository.SampleProgram("OnnxScoring"), [path, .. _videos]) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(1, process.ExitCode, errors);
        Assert.AreEqual($"{path} cannot be loaded: what is wanted is a scoring zip, as onnx --scoring-zip writes it.", errors.Trim());
    }

    [TestMethod]
    public void A_process_without_libtorch_loads_the_zip_and_predicts_the_same()
    {
        var torch = Directory.EnumerateFiles(Repository.SampleOutput("OnnxScoring"), "*", SearchOption.AllDirectories)
            .Select(Path.GetFileName).Where(name => name!.Contains("torch", StringComparison.OrdinalIgnoreCase));
        CollectionAssert.AreEqual(new[] { "TorchSharp.dll" }, torch.ToArray(), "only the managed assembly may be there");

        using var process = Process.Start(
            new ProcessStartInfo(Repository.SampleProgram("OnnxScoring"), [_zip, .. _videos])
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, errors.Result);

        var ml = new MLContext();
        using var model = (IDisposable)ml.Model.Load(_model, out _);
        using var engine = ml.Model.CreatePredictionEngine<Row, MemoryTests.Prediction>((ITransformer)model);
        Assert.HasCount(_videos.Length, lines);
        foreach (var (video, line) in _videos.Zip(lines))
        {
            var scores = engine.Predict(new Row { VideoPath = video }).Score;
            var parts = line.Trim().Split(' ');
            Assert.AreEqual($"{Path.GetFileName(video)}:", parts[0]);
            Assert.AreEqual(scores[0] > scores[1] ? "MoveLeft" : "ZoomIn", parts[1]);
            Assert.AreEqual(scores.Max(), float.Parse(parts[2]), 2e-4);
        }
    }

    [TestMethod]
    public void A19_Nothing_in_the_zip_names_a_place_on_this_machine()
    {
        using var zip = ZipFile.OpenRead(_zip);
        foreach (var entry in zip.Entries)
        {
            using var stream = entry.Open();
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            foreach (var encoding in (Encoding[])[Encoding.UTF8, Encoding.Unicode])
            {
                foreach (var place in (string[])[Path.GetTempPath(), _folder, AppContext.BaseDirectory])
                    Assert.IsLessThan(0, bytes.ToArray().AsSpan().IndexOf(encoding.GetBytes(place)), $"{entry.FullName}: {place}");
            }
        }
    }

    internal sealed class Row
    {
        public string VideoPath { get; set; } = "";

        public string Label { get; set; } = "";
    }
}
