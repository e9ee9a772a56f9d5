using System.Runtime.InteropServices;
using System.Text.Json;
using GardenerML.Checkpoints;
using GardenerML.Pruning;
using GardenerML.Tests.Checkpoints;

namespace GardenerML.Tests.CommandLine;

[TestClass]
[DoNotParallelize]
public sealed class PruneVerbTests
{
    [TestMethod]
    [DataRow("out", "--ratio", "0.5")]
    [DataRow("out.safetensors", "--ratio", "0.5")]
    [DataRow("out", "--remove", "3")]
    [DataRow("out", "--blocks", "0,3,4")]
    [DataRow("out", "--blocks", "0", "3", "4")]
    [DataRow("out", "--parameters", "103493")]
    [DataRow("out", "--gflops", "0.00767")]
    [DataRow("out", "--size", "0.488")]
    public async Task Every_way_to_say_how_much_writes_the_checkpoint_and_its_plan(string output, params string[] target)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File(output);
        var run = await CliRun.Of(["prune", ReferenceData.Golden("tiny-a"), .. target, "-o", path, "--json"]);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        using var pruned = VideoMaeCheckpoint.Open(path);
        var plan = PruningPlan.FromJson(run.Output);
        Assert.AreEqual(3, pruned.BlockCount, plan.Target);
        CollectionAssert.AreEqual(new[] { 0, 3, 4 }, plan.Removed.ToArray());
        Assert.AreEqual(plan.ToJson(), PruningPlan.FromJson(pruned.GardenerSection!["plan"]!.ToJsonString()).ToJson());
        var json = run.Json;
        Assert.AreEqual("entropy", json.GetProperty("criterion").GetString());
        Assert.AreEqual(0.5, json.GetProperty("ratio").GetDouble());
        Assert.AreEqual(3, json.GetProperty("kept").GetArrayLength());
        Assert.AreEqual(103_493, json.GetProperty("parameters").GetInt64());
        Assert.AreEqual(188_165, json.GetProperty("before").GetProperty("parameters").GetInt64());
        Assert.IsGreaterThan(json.GetProperty("gflops").GetDouble(), json.GetProperty("before").GetProperty("gflops").GetDouble());
        Assert.AreEqual(output == "out" ? 1 : 0, Directory.GetDirectories(folder.Path).Length);
    }

    [TestMethod]
    [DataRow("pretrained", CheckpointKind.Pretraining)]
    [DataRow("finetuned", CheckpointKind.Classifier)]
    public async Task A_checkpoint_can_be_written_whole_in_16_bits(string kind, CheckpointKind expected)
    {
        using var folder = new TemporaryFolder();
        var source = kind == "pretrained" ? ReferenceData.Golden("tiny-a", "pretrained.pth") : ReferenceData.Golden("tiny-a");
        var path = folder.File("half.safetensors");
        var run = await CliRun.Of("prune", source, "--remove", "0", "--dtype", "float16", "-o", path);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        using var before = VideoMaeCheckpoint.Open(source);
        using var after = VideoMaeCheckpoint.Open(path);
        Assert.AreEqual((expected, before.Configuration), (after.Kind, after.Configuration));
        CollectionAssert.AreEqual(before.LabelNames?.ToArray(), after.LabelNames?.ToArray());
        CollectionAssert.AreEquivalent(before.Decoder.Keys.ToArray(), after.Decoder.Keys.ToArray());
        Assert.IsNull(after.GardenerSection!["plan"]);
        foreach (var (name, tensor) in before.Encoder.Concat(before.Decoder))
        {
            var half = after.Encoder.GetValueOrDefault(name) ?? after.Decoder[name];
            Assert.AreEqual(TensorType.Float16, half.Type);
            var floats = MemoryMarshal.Cast<byte, float>(TinyModel.Bytes(tensor)).ToArray();
            CollectionAssert.AreEqual(
                floats.Select(value => (Half)value).ToArray(), MemoryMarshal.Cast<byte, Half>(TinyModel.Bytes(half)).ToArray(), name);
        }
    }

    [TestMethod]
    public async Task Protected_blocks_stay_and_latency_is_measured()
    {
        using var folder = new TemporaryFolder();
        var run = await CliRun.Of(
            "prune", ReferenceData.Golden("tiny-a"), "--ratio", "0.9", "--protect", "0,4", "--minimum-kept", "3", "-o", folder.File("out"), "--json");
        Assert.AreEqual(0, run.ExitCode, run.Error);
        var plan = PruningPlan.FromJson(run.Output);
        Assert.HasCount(3, plan.Kept);
        Assert.Contains(0, plan.Kept);
        Assert.Contains(4, plan.Kept);

        run = await CliRun.Of(
            "prune", ReferenceData.Golden("tiny-a"), "--latency", "60000", "--device", "cpu", "-o", folder.File("out"), "--json");
        Assert.AreEqual(0, run.ExitCode, run.Error);
        Assert.IsEmpty(PruningPlan.FromJson(run.Output).Removed);
    }

    [TestMethod]
    public async Task The_file_of_another_transformer_is_pruned_by_its_pattern()
    {
        using var folder = new TemporaryFolder();
        var run = await CliRun.Of(
            "prune", ReferenceData.Golden("tiny-a", "model.safetensors"), "--block-pattern", "encoder.layer.{i}.", "--size", "0.45",
            "-o", folder.File("out.safetensors"), "--json");
        Assert.AreEqual(0, run.ExitCode, run.Error);
        Assert.IsLessThanOrEqualTo(450_000L, new FileInfo(folder.File("out.safetensors")).Length);
        Assert.IsNotEmpty(PruningPlan.FromJson(run.Output).Removed);
    }

    [TestMethod]
    [DataRow(2, "--ratio, --remove, --blocks")]
    [DataRow(2, "--ratio, --remove, --blocks", "--ratio", "0.1", "--remove", "1")]
    [DataRow(2, "--ratio is 25; it must be", "--ratio", "25")]
    [DataRow(2, "--remove", "--remove", "-1")]
    [DataRow(2, "'x' is not the number of a block", "--blocks", "1,x")]
    [DataRow(2, "named twice", "--blocks", "1,1")]
    [DataRow(2, "--latency", "--latency", "soon")]
    [DataRow(2, "--size", "--size", "0")]
    [DataRow(2, "--minimum-kept", "--ratio", "0.5", "--minimum-kept", "0")]
    [DataRow(1, "47,045 parameters, with 5 removed", "--parameters", "1000")]
    [DataRow(1, "Remove 0 to 5", "--remove", "6")]
    [DataRow(1, "no block 9", "--ratio", "0.5", "--protect", "9")]
    public async Task What_cannot_be_done_is_said_and_nothing_is_written(int code, string message, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var run = await CliRun.Of(["prune", ReferenceData.Golden("tiny-a"), .. arguments, "-o", folder.File("out")]);
        Assert.AreEqual(code, run.ExitCode, run.Error);
        StringAssert.Contains(run.Error, message);
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    [DataRow("a/b/out.safetensors")]
    [DataRow("a/b/out")]
    public async Task Folders_on_the_way_are_made_and_what_was_written_before_is_replaced(string output)
    {
        using var folder = new TemporaryFolder();
        foreach (var blocks in (int[])[5, 4])
        {
            var run = await CliRun.Of("prune", ReferenceData.Golden("tiny-a"), "--remove", $"{6 - blocks}", "-o", folder.File(output));
            Assert.AreEqual(0, run.ExitCode, run.Error);
            using var pruned = VideoMaeCheckpoint.Open(folder.File(output));
            Assert.AreEqual(blocks, pruned.BlockCount);
        }
    }

    [TestMethod]
    public async Task A_folder_of_other_things_is_not_replaced()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("notes.txt"), "mine");
        var run = await CliRun.Of("prune", ReferenceData.Golden("tiny-a"), "--ratio", "0.5", "-o", folder.Path);
        Assert.AreEqual(1, run.ExitCode);
        Assert.AreEqual("mine", File.ReadAllText(folder.File("notes.txt")));
    }

    [TestMethod]
    [DataRow("q.zip")]
    [DataRow("q.ONNX")]
    public async Task A_folder_is_not_named_like_a_file_of_another_kind(string name)
    {
        using var folder = new TemporaryFolder();
        var run = await CliRun.Of("prune", ReferenceData.Golden("tiny-a"), "--ratio", "0.5", "-o", folder.File(name));
        Assert.AreEqual((1, ""), (run.ExitCode, run.Output));
        StringAssert.Contains(run.Error, $"name it without {Path.GetExtension(name)}");
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public async Task Quiet_says_where_the_checkpoint_is_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var run = await CliRun.Of("prune", ReferenceData.Golden("tiny-a"), "--ratio", "0.5", "-o", folder.File("out"), "--quiet");
        Assert.AreEqual((0, $"Written: {folder.File("out")}"), (run.ExitCode, run.Output.ReplaceLineEndings("")), run.Error);
    }

    [TestMethod]
    public async Task Without_json_the_plan_is_a_table()
    {
        using var folder = new TemporaryFolder();
        var run = await CliRun.Of("prune", ReferenceData.Golden("tiny-a"), "--ratio", "0.5", "-o", folder.File("out"));
        Assert.AreEqual(0, run.ExitCode, run.Error);
        StringAssert.Contains(run.Output, "3 of 6 blocks removed by entropy");
        Assert.HasCount(3, run.Output.Split('\n').Where(line => line.TrimEnd().EndsWith(" removed")).ToArray());
        Assert.Throws<JsonException>(() => run.Json, "a table is no JSON");
    }
}
