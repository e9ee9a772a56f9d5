using GardenerML.Pruning;
using GardenerML.Samples.Motion;
using GardenerML.Tests.Sensitivity;

namespace GardenerML.Tests.CommandLine;

[TestClass]
[DoNotParallelize]
public sealed class SensitivityVerbTests
{
    [TestMethod]
    public async Task Losses_and_their_correlation_with_a_criterion_are_printed_and_finished_runs_are_kept()
    {
        using var set = new MotionSet(groups: 5);
        string[] arguments =
        [
            "sensitivity", set.Checkpoint(), "--data", set.Videos, "--epochs", "1", "--batch-size", "16", "--sampling-rate", "1", "--device", "cpu",
            "--criterion", "l1", "--resume-folder", set.File("state"), "-o", set.File("plan.json"), "--remove", "1", "--json",
        ];
        // The first run is cancelled as Ctrl+C would, as soon as a run is finished.
        using var source = new CancellationTokenSource();
        var cancelled = CliRun.Of(source.Token, arguments);
        while (!cancelled.IsCompleted && !File.Exists(Path.Combine(set.File("state"), "run.none.json")))
            await Task.Delay(5);
        await source.CancelAsync();
        Assert.AreEqual(130, (await cancelled).ExitCode, (await cancelled).Error);
        Assert.AreEqual("", (await cancelled).Output);

        var run = await CliRun.Of(arguments);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        var blocks = run.Json.GetProperty("blocks");
        Assert.AreEqual(3, blocks.GetArrayLength());
        var plan = PruningPlan.Load(set.File("plan.json"));
        for (var block = 0; block < 3; block++)
        {
            Assert.AreEqual(block, blocks[block].GetProperty("index").GetInt32());
            Assert.AreEqual(plan.Blocks[block].Value, blocks[block].GetProperty("accuracyLoss").GetDouble());
        }
        var correlation = run.Json.GetProperty("rankCorrelation");
        Assert.AreEqual("l1", correlation.GetProperty("criterion").GetString());
        Assert.IsTrue(correlation.GetProperty("spearman").TryGetProperty("value", out _));
        Assert.IsTrue(correlation.GetProperty("kendall").TryGetProperty("upper", out _));
        Assert.HasCount(5, Directory.GetFiles(set.File("state")));
    }

    [TestMethod]
    public async Task Zero_shot_needs_a_head_for_the_classes()
    {
        using var set = new MotionSet(groups: 5);
        string[] options = ["--data", set.Videos, "--zero-shot", "--sampling-rate", "1", "--device", "cpu"];
        var run = await CliRun.Of(["sensitivity", set.Checkpoint(), .. options]);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        StringAssert.Contains(run.Output, "Rank correlation with entropy");
        var wrong = set.Checkpoint("wrong.safetensors", [.. Enum.GetNames<MotionClass>().Select(name => name + "?")]);
        run = await CliRun.Of(["sensitivity", wrong, .. options]);
        Assert.AreEqual(1, run.ExitCode);
        StringAssert.Contains(run.Error, "8 of the 8 classes");
        StringAssert.Contains(run.Error, "Leave out --zero-shot");
        Assert.AreEqual(2, (await CliRun.Of("sensitivity", wrong)).ExitCode);
    }
}
