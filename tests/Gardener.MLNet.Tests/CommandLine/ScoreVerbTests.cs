using System.Text.Json;
using GardenerML.Pruning;
using GardenerML.Tests.Checkpoints;

namespace GardenerML.Tests.CommandLine;

[TestClass]
[DoNotParallelize]
public sealed class ScoreVerbTests
{
    [TestMethod]
    [DataRow("tiny-a", 6, 48, "float32")]
    [DataRow("tiny-b-half", 12, 32, "float16")]
    public async Task All_gives_every_statistic_of_the_reference_under_its_name(string model, int blocks, int width, string type)
    {
        var run = await CliRun.Of("score", ReferenceData.Golden(model), "--criterion", "all", "--json");
        Assert.AreEqual(0, run.ExitCode, run.Error);
        var checkpoint = run.Json.GetProperty("checkpoint");
        Assert.AreEqual("safetensors", checkpoint.GetProperty("format").GetString());
        Assert.AreEqual(blocks, checkpoint.GetProperty("blocks").GetInt32());
        Assert.AreEqual(width, checkpoint.GetProperty("width").GetInt32());
        Assert.AreEqual(type, checkpoint.GetProperty("dtype").GetString());
        Assert.AreEqual("entropy", run.Json.GetProperty("criterion").GetString());
        var expected = JsonDocument.Parse(File.ReadAllText(ReferenceData.Golden(model, "block-stats.json"))).RootElement.GetProperty("blocks");
        var actual = run.Json.GetProperty("blocks");
        Assert.AreEqual(expected.GetArrayLength(), actual.GetArrayLength());
        for (var block = 0; block < blocks; block++)
        {
            Assert.AreEqual(block, actual[block].GetProperty("index").GetInt32());
            Assert.AreEqual(expected[block].GetProperty("n").GetInt64(), actual[block].GetProperty("weights").GetInt64());
            foreach (var statistic in expected[block].EnumerateObject())
            {
                var value = statistic.Value.GetDouble();
                Assert.AreEqual(
                    value, actual[block].GetProperty(statistic.Name).GetDouble(), 1e-11 * Math.Abs(value), statistic.Name);
            }
        }
        var order = run.Json.GetProperty("removalOrder").EnumerateArray().Select(block => block.GetInt32()).ToArray();
        CollectionAssert.AreEqual(
            Enumerable.Range(0, blocks).OrderBy(block => expected[block].GetProperty("halfGridEntropy").GetDouble()).ToArray(), order);
    }

    [TestMethod]
    public async Task A_criterion_is_shown_as_a_table()
    {
        var run = await CliRun.Of(
            "score", ReferenceData.Golden("tiny-a", "finetuned.pth"), "--criterion", "kurtosis", "--weights", "mlp", "biases");
        Assert.AreEqual(0, run.ExitCode, run.Error);
        StringAssert.Contains(run.Output, "kurtosis: the highest goes first");
        StringAssert.Contains(run.Output, $"{(8 * 48 * 48) + (5 * 48):N0}");
        Assert.Throws<JsonException>(() => run.Json, "a table is no JSON");
    }

    [TestMethod]
    public async Task All_compares_the_orders_of_the_criteria_in_a_table()
    {
        var run = await CliRun.Of("score", ReferenceData.Golden("tiny-a"), "--criterion", "all");
        Assert.AreEqual(0, run.ExitCode, run.Error);
        var lines = run.Output.Split('\n');
        foreach (var criterion in (string[])["entropy", "exact-entropy", "uniform-shared-entropy", "uniform-own-entropy", "value-entropy", "mean",
            "variance", "std", "l1", "l2", "kurtosis", "mutual-information"])
        {
            var places = lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Single(words => words is [var first, _, ..] && first == criterion)[1..];
            var order = Gardener.Score(ReferenceData.Golden("tiny-a"), PruningCriterion.Parse(criterion)).RemovalOrder;
            CollectionAssert.AreEqual(Enumerable.Range(0, 6).Select(block => $"{order.ToList().IndexOf(block) + 1}").ToArray(), places, criterion);
        }
        Assert.DoesNotContain("halfGridEntropy", run.Output);
    }

    [TestMethod]
    public async Task Blocks_of_other_transformers_are_found_by_a_pattern()
    {
        var run = await CliRun.Of(
            "score", ReferenceData.Golden("tiny-a", "model.safetensors"), "--block-pattern", "encoder.layer.{i}.", "--json");
        Assert.AreEqual(0, run.ExitCode, run.Error);
        Assert.AreEqual(6, run.Json.GetProperty("checkpoint").GetProperty("blocks").GetInt32());
        Assert.AreEqual(6, run.Json.GetProperty("removalOrder").GetArrayLength());
    }

    [TestMethod]
    [DataRow(2, "random[:SEED]", "--criterion", "nonsense")]
    [DataRow(2, "matrices", "--weights", "nonsense")]
    [DataRow(2, "matrices", "--weights", "biases")]
    [DataRow(2, "--nonsense", "--nonsense")]
    public async Task Wrong_usage_ends_with_2_and_says_what_is_allowed(int code, string message, params string[] arguments)
    {
        var run = await CliRun.Of(["score", ReferenceData.Golden("tiny-a"), .. arguments]);
        Assert.AreEqual(code, run.ExitCode);
        StringAssert.Contains(run.Error, message);
        Assert.AreEqual("", run.Output);
    }

    [TestMethod]
    public async Task A_file_that_is_no_checkpoint_ends_with_1_and_one_line_that_names_it()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("no.safetensors"), "not a checkpoint");
        var run = await CliRun.Of("score", folder.File("no.safetensors"), "--json");
        Assert.AreEqual(1, run.ExitCode);
        Assert.AreEqual("", run.Output);
        StringAssert.Contains(run.Error, "no.safetensors");
        Assert.HasCount(1, run.Error.Trim().Split('\n'));
    }

    [TestMethod]
    public async Task The_checkpoint_of_the_library_has_a_name()
    {
        var run = await CliRun.Of("score", "videomae-tiny", "--json");
        Assert.AreEqual(0, run.ExitCode, run.Error);
        Assert.AreEqual(12, run.Json.GetProperty("blocks").GetArrayLength());
        Assert.AreEqual("float16", run.Json.GetProperty("checkpoint").GetProperty("dtype").GetString());
    }

    [TestMethod]
    [DataRow("train")]
    [DataRow("reproduce")]
    [DataRow("sensitivity")]
    public async Task Help_names_the_checkpoint_that_is_taken_without_one(string verb) =>
        StringAssert.Contains((await CliRun.Of(verb, "--help")).Output, "[default: videomae-tiny]");

    [TestMethod]
    [DataRow("score")]
    [DataRow("prune")]
    [DataRow("sensitivity")]
    public async Task Help_has_an_example(string verb)
    {
        var run = await CliRun.Of(verb, "--help");
        Assert.AreEqual(0, run.ExitCode);
        StringAssert.Contains(run.Output, $"Example: {verb} ");
    }
}
