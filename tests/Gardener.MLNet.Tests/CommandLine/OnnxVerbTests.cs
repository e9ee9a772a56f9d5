using GardenerML.Checkpoints;
using GardenerML.Onnx;
using GardenerML.Pruning;
using GardenerML.Tests.Checkpoints;
using GardenerML.Tests.Onnx;
using GardenerML.Tests.Training;
using GardenerML.VideoMae;
using Microsoft.ML;
using static TorchSharp.torch;

namespace GardenerML.Tests.CommandLine;

/// <summary>Checkpoints, and model zips of which more is pruned; OnnxScoringTests exports model zips as they are.</summary>
[TestClass]
[DoNotParallelize]
public sealed class OnnxVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("model.onnx");

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("folder", 0)]
    [DataRow("file", 0)]
    [DataRow("folder", 3, "--ratio", "0.5")]
    [DataRow("file", 2, "--remove", "2", "--criterion", "l1")]
    [DataRow("folder", 3, "--size", "0.488")]
    [DataRow("folder", 2, "--size", "0.35", "--half")]
    [DataRow("folder", 0, "--latency", "1e8", "--device", "cpu")]
    public async Task A_checkpoint_is_exported_without_the_blocks_that_are_removed(string kind, int removed, params string[] arguments)
    {
        var checkpoint = kind == "folder" ? ReferenceData.Golden("tiny-a") : ReferenceData.Golden("tiny-a", "model.safetensors");
        var run = await CliRun.Of(["onnx", checkpoint, "-o", Path, "--logits", "--json", .. arguments]);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        Assert.IsLessThanOrEqualTo(arguments.Contains("--half") ? 0.05 : 1e-4, run.Json.GetProperty("maxDifference").GetDouble());
        var plan = OnnxMetadata.Read(Path).TryGetValue("gardener.plan", out var json) ? PruningPlan.FromJson(json) : null;
        Assert.AreEqual(removed, plan?.Removed.Count ?? 0);
        if (arguments is [.., "l1"])
            Assert.AreEqual("l1", plan!.Criterion);

        using var opened = VideoMaeCheckpoint.Open(checkpoint);
        using var model = VideoMaeClassifier.Load(opened, plan?.Kept);
        Assert.AreEqual(6 - removed, model.Configuration.BlockCount);
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var clips = rand([2, 3, model.Configuration.FrameCount, model.Configuration.ImageSize, model.Configuration.ImageSize]);
        using var onnx = new OnnxRun(Path);
        foreach (var (expected, actual) in model.forward(clips).data<float>().ToArray().Zip(onnx.Run(clips.data<float>().ToArray(), 2)))
            Assert.AreEqual(expected, actual, arguments.Contains("--half") ? 0.05 : 1e-4);
    }

    [TestMethod]
    public async Task The_shipped_checkpoint_is_exported_by_its_name()
    {
        var run = await CliRun.Of("onnx", ShippedCheckpoints.VideoMaeTiny, "-o", Path, "--ratio", "0.25");
        Assert.AreEqual(0, run.ExitCode, run.Error);
        StringAssert.Contains(run.Output, "3 of 12 blocks removed by entropy");
        StringAssert.Contains(run.Output, $"Written: {Path}; it differs from the model by at most");
        using var checkpoint = VideoMaeCheckpoint.Open(ShippedCheckpoints.VideoMaeTiny);
        CollectionAssert.AreEqual(checkpoint.LabelNames!.ToArray(), OnnxMetadata.ReadClassNames(Path).ToArray());
    }

    [TestMethod]
    public async Task Of_a_model_zip_more_is_removed()
    {
        var ml = new MLContext(1);
        var data = ml.Keyed(TinyData.Rows(3));
        using var model = ml.Trainer(TinyData.Options with { Epochs = 1 }).Fit(data);
        var zip = _folder.File("model.zip");
        ml.Model.Save(model, data.Schema, zip);
        var run = await CliRun.Of("onnx", zip, "-o", Path, "--remove", "1", "--json");
        Assert.AreEqual(0, run.ExitCode, run.Error);
        Assert.IsLessThanOrEqualTo(1e-4, run.Json.GetProperty("maxDifference").GetDouble());
        Assert.HasCount(1, PruningPlan.FromJson(OnnxMetadata.Read(Path)["gardener.plan"]).Removed);
        CollectionAssert.AreEqual(TinyData.Colours, OnnxMetadata.ReadClassNames(Path).ToArray());
    }

    [TestMethod]
    [DataRow(2, "--scoring-zip needs a model zip", "tiny-a", "--scoring-zip", "scoring.zip")]
    [DataRow(2, "--scoring-zip needs a model zip", "model.zip", "--scoring-zip", "scoring.zip", "--ratio", "0.5")]
    [DataRow(2, "Say how much is pruned", "tiny-a", "--criterion", "l1")]
    [DataRow(2, "--device is where --latency is measured", "tiny-a", "--device", "cpu")]
    [DataRow(2, "--device is where --latency is measured", "tiny-a", "--device", "cpu", "--ratio", "0.5")]
    [DataRow(2, "--device is where --latency is measured", "model.zip", "--device", "cpu")]
    [DataRow(2, "Name at most one of --ratio", "tiny-a", "--ratio", "0.5", "--remove", "1")]
    [DataRow(1, "no classification head", "tiny-a/pretrained.pth")]
    [DataRow(1, "there is no such model zip", "nowhere.zip")]
    [DataRow(1, "There is no such file", "nowhere.zip", "--ratio", "0.5")]
    public async Task What_cannot_be_exported_is_said_and_nothing_is_written(int code, string message, string model, params string[] arguments)
    {
        var path = model.StartsWith("tiny-a", StringComparison.Ordinal) ? ReferenceData.Golden(model) : _folder.File(model);
        var run = await CliRun.Of(["onnx", path, "-o", Path, .. arguments]);
        Assert.AreEqual((code, ""), (run.ExitCode, run.Output), run.Error);
        StringAssert.Contains(run.Error, message);
        Assert.IsEmpty(Directory.GetFileSystemEntries(_folder.Path));
    }
}
