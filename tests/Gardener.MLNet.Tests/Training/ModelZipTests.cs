using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using GardenerML.Checkpoints;
using GardenerML.Samples.Motion;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Tests.Training;

/// <summary>Models in ML.NET's zip format: elsewhere, damaged, and what must not be in them.</summary>
[TestClass]
public sealed class ModelZipTests
{
    private static string _folder = "";
    private static string[] _videos = [];
    private static string _zip = "";
    private static float[][] _scores = [];

    [ClassInitialize]
    public static void Train(TestContext _)
    {
        _folder = Directory.CreateTempSubdirectory("gardener-zip-").FullName;
        var videos = MotionDataset.Create(
            Path.Combine(_folder, "motion"), new MotionDatasetOptions { Groups = 2, ClipsPerGroup = 1, ImageSize = 32, FrameCount = 8 });
        _videos = [.. new[] { MotionClass.MoveLeft, MotionClass.ZoomIn }.SelectMany(motion => new[] { 1, 2 }.Select(group => videos.ClipPath(motion, group, 1)))];

        var ml = new MLContext(1);
        var data = ml.Data.LoadFromEnumerable(_videos.Select(path => new PathRow { VideoPath = path, Label = Path.GetFileName(Path.GetDirectoryName(path))! }).ToArray());
        // An absolute checkpoint, so that its path could get into the zip.
        using var model = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.LoadVideo(options: new VideoLoadingOptions { FrameCount = 8, SamplingRate = 1, Size = 32 }))
            .Append(ml.Transforms.GardenerPrune(0.5, Path.GetFullPath(ReferenceData.Golden("tiny-a"))))
            .Append(ml.Trainer(TinyData.Options with { NewModel = null }))
            .Fit(data);
        _zip = Path.Combine(_folder, "model.zip");
        ml.Model.Save(model, data.Schema, _zip);
        using var engine = ml.Model.CreatePredictionEngine<PathRow, MemoryTests.Prediction>(model);
        _scores = [.. _videos.Select(path => engine.Predict(new PathRow { VideoPath = path }).Score)];
    }

    [ClassCleanup]
    public static void CleanUp() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public void Weights_are_stored_uncompressed_beside_what_ML_NET_writes()
    {
        using var zip = ZipFile.OpenRead(_zip);
        var weights = zip.Entries.Single(entry => entry.Name == ModelZip.WeightsEntry);
        Assert.AreEqual(weights.Length, weights.CompressedLength);
        var beside = zip.Entries.Where(entry => Path.GetDirectoryName(entry.FullName) == Path.GetDirectoryName(weights.FullName));
        CollectionAssert.Contains(beside.Select(entry => entry.Name).ToArray(), "Model.key");
    }

    [TestMethod]
    public void A_fresh_process_that_registers_nothing_predicts_the_same_bit_for_bit()
    {
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "Gardener.MLNet.Samples" + (OperatingSystem.IsWindows() ? ".exe" : "")),
            ["predict", _zip, .. _videos, "--json"])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, errors.Result);

        using var document = JsonDocument.Parse(output);
        var predictions = document.RootElement.EnumerateArray().ToArray();
        CollectionAssert.AreEqual(_videos, predictions.Select(p => p.GetProperty("file").GetString()).ToArray());
        string[] names = ["MoveLeft", "ZoomIn"];
        for (var i = 0; i < _videos.Length; i++)
        {
            // System.Text.Json writes floats so that they come back as they were.
            var scores = predictions[i].GetProperty("top").EnumerateArray()
                .ToDictionary(top => top.GetProperty("label").GetString()!, top => top.GetProperty("probability").GetSingle());
            CollectionAssert.AreEqual(_scores[i], names.Select(name => scores[name]).ToArray());
            Assert.AreEqual(names[Array.IndexOf(_scores[i], _scores[i].Max())], predictions[i].GetProperty("label").GetString());
            Assert.AreEqual(_scores[i].Max(), predictions[i].GetProperty("probability").GetSingle());
        }
    }

    [TestMethod]
    public void A_loaded_model_knows_its_plan_its_classes_and_its_cost()
    {
        using var loaded = (TransformerChain<ITransformer>)new MLContext().Model.Load(_zip, out var schema);
        CollectionAssert.IsSubsetOf(new[] { "VideoPath", "Label" }, schema.Select(column => column.Name).ToArray());
        var classifier = (VideoClassifierTransformer)loaded.LastTransformer;
        Assert.AreEqual("tiny-a", classifier.PruningPlan!.Checkpoint);
        Assert.HasCount(3, classifier.PruningPlan.Kept);
        CollectionAssert.AreEqual(new[] { "MoveLeft", "ZoomIn" }, classifier.ClassNames.ToArray());
        Assert.AreEqual(3, classifier.Model.Configuration.BlockCount);
        Assert.IsGreaterThan(0, classifier.Cost.GigaFlops);
    }

    [TestMethod]
    public void A_loaded_model_saves_to_the_same_model_again()
    {
        using var zip = new MemoryStream();
        using (var loaded = (TransformerChain<ITransformer>)new MLContext().Model.Load(_zip, out var schema))
            new MLContext().Model.Save(loaded, schema, zip);
        using var again = (TransformerChain<ITransformer>)new MLContext().Model.Load(zip, out _);
        using var engine = new MLContext().Model.CreatePredictionEngine<PathRow, MemoryTests.Prediction>(again);
        CollectionAssert.AreEqual(_scores[0], engine.Predict(new PathRow { VideoPath = _videos[0] }).Score);
    }

    [TestMethod]
    public void A_zip_holds_no_path_of_this_machine_no_user_and_no_device()
    {
        string[] secrets =
        [
            _folder, Path.GetDirectoryName(ReferenceData.Golden("tiny-a"))!, AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar),
            Environment.CurrentDirectory, Environment.MachineName, "cuda:", Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
        ];
        var entries = 0;
        using var zip = ZipFile.OpenRead(_zip);
        foreach (var entry in zip.Entries)
        {
            using var stream = entry.Open();
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            entries++;
            foreach (var secret in secrets.Where(secret => secret.Length > 3))
            {
                foreach (var encoding in new[] { Encoding.UTF8, Encoding.Unicode })
                    Assert.IsLessThan(0, bytes.ToArray().AsSpan().IndexOf(encoding.GetBytes(secret)), $"{entry.FullName} holds {secret}");
            }
        }
        Assert.IsGreaterThan(5, entries);
    }

    [TestMethod]
    public void A_zip_is_a_checkpoint_to_prune_and_fine_tune_further()
    {
        using var checkpoint = VideoMaeCheckpoint.Open(_zip);
        Assert.AreEqual(3, checkpoint.BlockCount);
        var clip = VideoClip.FromFrames(new byte[8 * 32 * 32 * 3], 8, 32, 32);
        var ml = new MLContext(1);
        var data = ml.Data.LoadFromEnumerable(new[] { "a", "b" }.Select(label => new LearningTests.LargerRow { Video = clip, Label = label }).ToArray());
        using var model = ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.Transforms.GardenerPrune(0.34, _zip))
            .Append(ml.Trainer(TinyData.Options with { NewModel = null })).Fit(data);
        Assert.AreEqual(2, model.LastTransformer.Model.Configuration.BlockCount);
    }

    [TestMethod]
    public void Truncated_weights_are_reported_as_such()
    {
        var text = Fault(Changed(ModelZip.WeightsEntry, bytes => bytes[..(bytes.Length / 2)]));
        StringAssert.Contains(text, ModelZip.WeightsEntry);
        StringAssert.Contains(Fault(Changed(ModelZip.WeightsEntry, _ => [])), ModelZip.WeightsEntry);
        StringAssert.Contains(Fault(Changed(ModelZip.WeightsEntry, null)), "no weights");
    }

    [TestMethod]
    [DataRow("\"ScoringBatchSize\":8", "\"ScoringBatchSize\":0", "ScoringBatchSize")]
    [DataRow("\"ScoreColumnName\":\"Score\"", "\"ScoreColumnName\":null   ", "ScoreColumnName")]
    [DataRow("{\"VideoColumnName\"", "[\"VideoColumnName\"", "description of the video classifier is damaged")]
    [DataRow("\"VideoColumnName\"", "\"VideoColumnXame\"", "VideoColumnName")]
    [DataRow("\"kept\":[", "\"kxpt\":[", "kept")]
    public void A_damaged_description_is_reported_as_such(string good, string bad, string part)
    {
        var changed = 0;
        var zip = Changed("Model.key", bytes =>
        {
            // ML.NET keeps a model's strings as UTF-16.
            var at = bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(good));
            if (at >= 0 && bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes("ScoringBatchSize")) >= 0)
            {
                Encoding.Unicode.GetBytes(bad).CopyTo(bytes, at);
                changed++;
            }
            return bytes;
        });
        Assert.AreEqual(1, changed, "the test must change the classifier's own description");
        Assert.AreEqual(good.Length, bad.Length);
        StringAssert.Contains(Fault(zip), part);
    }

    [TestMethod]
    public void Damaged_label_keys_are_reported_as_such_whichever_byte_it_is()
    {
        StringAssert.Contains(Fault(Changed("LabelKeys", bytes => bytes[..4])), "label's keys");
        StringAssert.Contains(Fault(Changed("LabelKeys", bytes => bytes[..^1])), "label's keys");
        var random = new Random(1);
        for (var i = 0; i < 20; i++)
        {
            StringAssert.Contains(Fault(Changed("LabelKeys", bytes =>
            {
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
            })), "label's keys");
        }
    }

    private static string Fault(Stream zip)
    {
        var error = Assert.Throws<Exception>(() => new MLContext().Model.Load(zip, out _));
        Assert.IsNotInstanceOfType<NullReferenceException>(Innermost(error));
        var text = new StringBuilder();
        for (var e = error; e is not null; e = e.InnerException)
            text.AppendLine(e.Message);
        return text.ToString();
    }

    private static Exception Innermost(Exception error) => error.GetBaseException();

    /// <summary>The zip with every entry of a name changed, or left out.</summary>
    private static MemoryStream Changed(string name, Func<byte[], byte[]>? change)
    {
        var changed = new MemoryStream();
        var found = false;
        using (var source = ZipFile.OpenRead(_zip))
        using (var target = new ZipArchive(changed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in source.Entries)
            {
                using var stream = entry.Open();
                using var bytes = new MemoryStream();
                stream.CopyTo(bytes);
                var matches = entry.Name == name;
                found |= matches;
                if (matches && change is null)
                    continue;
                using var written = target.CreateEntry(entry.FullName).Open();
                written.Write(matches ? change!(bytes.ToArray()) : bytes.ToArray());
            }
        }
        Assert.IsTrue(found, name);
        changed.Position = 0;
        return changed;
    }

    internal sealed class PathRow
    {
        public string VideoPath { get; set; } = "";

        public string Label { get; set; } = "";
    }
}
