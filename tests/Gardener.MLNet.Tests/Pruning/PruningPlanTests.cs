using System.Text.Json;
using System.Text.Json.Nodes;
using GardenerML.Checkpoints;
using GardenerML.Pruning;
using GardenerML.Tests.Checkpoints;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Tests.Pruning;

/// <summary>Plans: what they tell, how they are stored, and whom they refuse.</summary>
[TestClass]
public sealed class PruningPlanTests
{
    private static PruningPlan Plan(string model = "tiny-b-half", PruningCriterion? criterion = null, WeightSet weights = WeightSet.Matrices) =>
        Gardener.PlanPruning(new PruningOptions
        {
            Checkpoint = ReferenceData.Golden(model),
            Criterion = criterion ?? PruningCriterion.Entropy,
            Weights = weights,
        });

    [TestMethod]
    public void A_plan_says_what_is_removed_why_and_what_it_saves()
    {
        var plan = Plan();
        var scores = Gardener.Score(ReferenceData.Golden("tiny-b-half"));
        Assert.AreEqual(0.25, plan.Ratio);
        CollectionAssert.AreEqual(scores.RemovalOrder.Take(3).Order().ToArray(), plan.Removed.ToArray());
        CollectionAssert.AreEqual(scores.RemovalOrder.ToArray(), plan.RemovalOrder.ToArray());
        CollectionAssert.AreEqual(scores.Values.ToArray(), plan.Blocks.Select(block => block.Value).ToArray());
        CollectionAssert.AreEqual(
            scores.NormalizedValues.ToArray(), plan.Blocks.Select(block => block.NormalizedValue).ToArray());
        Assert.AreEqual(scores.Blocks[4].HalfGridEntropy!.Value.StandardError, plan.Blocks[4].StandardError);
        Assert.AreEqual(scores.Blocks[4].HalfGridEntropy!.Value.Efficiency, plan.Blocks[4].Efficiency);
        Assert.AreEqual(3 * 8_512L, plan.Before.Parameters - plan.Parameters);
        Assert.IsLessThan(plan.Before.GigaFlops!.Value, plan.GigaFlops!.Value);
    }

    [TestMethod]
    public void The_table_has_a_line_a_block_and_marks_ties_and_removed_blocks()
    {
        var plan = Plan();
        var lines = plan.ToString().Split('\n');
        var blocks = lines.Where(line => line.Length > 5 && int.TryParse(line[..5], out _)).ToArray();
        Assert.HasCount(12, blocks);
        foreach (var block in plan.Blocks)
        {
            Assert.AreEqual(
                plan.Removed.Contains(block.Index), blocks[block.Index].EndsWith(" removed"), blocks[block.Index]);
            Assert.AreEqual(block.Tied, blocks[block.Index].Contains('='), blocks[block.Index]);
            StringAssert.Contains(blocks[block.Index], block.StandardError!.Value.ToString("0.000000"));
        }
        StringAssert.Contains(lines[0], "tiny-b-half: 3 of 12 blocks removed by entropy (target: ratio 0.25)");
    }

    [TestMethod]
    public void Blocks_within_their_joint_standard_error_are_tied_and_no_others()
    {
        var plan = Plan("tiny-a");
        var order = plan.RemovalOrder.Select(block => plan.Blocks[block]).ToArray();
        for (var i = 0; i < order.Length; i++)
        {
            var tied = new[] { i - 1, i + 1 }.Where(j => j >= 0 && j < order.Length).Any(j =>
                Math.Abs(order[i].Value - order[j].Value)
                <= Math.Sqrt(Math.Pow(order[i].StandardError!.Value, 2) + Math.Pow(order[j].StandardError!.Value, 2)));
            Assert.AreEqual(tied, order[i].Tied, $"block {order[i].Index}");
        }
        var equal = BlockImportances.Of([1, 2, 1, 3], [2, 0, 1, 3]);
        CollectionAssert.AreEqual(new[] { true, false, true, false }, equal.Select(block => block.Tied).ToArray());
    }

    [TestMethod]
    public void A_plan_goes_through_JSON_and_files_unchanged()
    {
        using var folder = new TemporaryFolder();
        foreach (var criterion in (string[])["entropy", "uniform-own-entropy:64", "kurtosis", "random:3"])
        {
            var plan = Plan(criterion: PruningCriterion.Parse(criterion), weights: WeightSet.Attention | WeightSet.Biases);
            plan.Save(folder.File("plan.json"));
            var loaded = PruningPlan.Load(folder.File("plan.json"));
            Assert.AreEqual(plan.ToJson(), loaded.ToJson());
            Assert.AreEqual(
                plan.ToJson(), JsonSerializer.Deserialize<PruningPlan>(JsonSerializer.Serialize(plan))!.ToJson());
            Assert.IsNull(loaded.CheckpointPath);
            Assert.AreEqual(plan.ToString(), loaded.ToString());
            Assert.AreEqual(WeightSet.Attention | WeightSet.Biases, loaded.Weights);
        }
        var json = JsonNode.Parse(Plan().ToJson())!.AsObject();
        foreach (var name in (string[])["criterion", "ratio", "removed", "kept", "parameters", "gflops", "before", "schemaVersion", "checkpointHash"])
            Assert.IsTrue(json.ContainsKey(name), name);
        Assert.IsNotNull(json["before"]!["parameters"]);
        Assert.IsNotNull(json["before"]!["gflops"]);
    }

    [TestMethod]
    [DataRow("schemaVersion", "2", "version 2")]
    [DataRow("schemaVersion", null, "schemaVersion")]
    [DataRow("checkpointHash", null, "checkpointHash")]
    [DataRow("removed", "[0, 1]", "not a split")]
    [DataRow("kept", "[]", "not a split")]
    [DataRow("kept", "null", "'kept'")]
    [DataRow("blocks", "[]", "not a split")]
    [DataRow("blocks", "[null]", "lacks")]
    public void A_damaged_plan_is_refused(string entry, string? value, string message)
    {
        var json = JsonNode.Parse(Plan().ToJson())!.AsObject();
        json.Remove(entry);
        if (value is not null)
            json[entry] = JsonNode.Parse(value);
        var error = Assert.ThrowsExactly<JsonException>(() => PruningPlan.FromJson(json.ToJsonString()));
        StringAssert.Contains(error.Message, message);
    }

    [TestMethod]
    public void Text_that_is_no_plan_is_refused_with_the_file_named()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("no.json"), "{\"a\":1}");
        StringAssert.Contains(
            Assert.ThrowsExactly<JsonException>(() => PruningPlan.Load(folder.File("no.json"))).Message, "no.json");
    }

    [TestMethod]
    public void A_plan_fits_the_same_weights_in_any_layout_and_no_others()
    {
        using var folder = new TemporaryFolder();
        var plan = Plan("tiny-a");
        var loaded = PruningPlan.FromJson(plan.ToJson());
        using (var finetuned = VideoMaeCheckpoint.Open(ReferenceData.Golden("tiny-a", "finetuned.pth")))
            loaded.CheckFits(finetuned);

        // One bit of the last tensor is another.
        var bytes = File.ReadAllBytes(ReferenceData.Golden("tiny-a", "model.safetensors"));
        bytes[^1] ^= 1;
        File.WriteAllBytes(folder.File("model.safetensors"), bytes);
        File.Copy(ReferenceData.Golden("tiny-a", "config.json"), folder.File("config.json"));
        var error = Assert.ThrowsExactly<CheckpointException>(
            () => Gardener.PlanPruning(new PruningOptions { Checkpoint = folder.Path, Plan = loaded }));
        StringAssert.Contains(error.Message, folder.Path);
        StringAssert.Contains(error.Message, "'tiny-a'");
        StringAssert.Contains(error.Message, plan.CheckpointHash);
        Assert.ThrowsExactly<CheckpointException>(() => loaded.SaveCheckpoint(folder.File("out"), checkpoint: folder.Path));
        Assert.IsFalse(Directory.Exists(folder.File("out")));
        StringAssert.Contains(
            Assert.ThrowsExactly<CheckpointException>(
                () => Gardener.PlanPruning(new PruningOptions { Checkpoint = ReferenceData.Golden("tiny-b-half"), Plan = loaded })).Message,
            "6 blocks");
    }

    [TestMethod]
    public void A_plan_becomes_a_data_view()
    {
        var plan = Plan(criterion: PruningCriterion.Kurtosis);
        var view = plan.ToDataView(new MLContext());
        CollectionAssert.AreEqual(
            plan.Blocks.Select(block => block.Value).ToArray(), view.GetColumn<double>("Value").ToArray());
        CollectionAssert.AreEqual(
            plan.Blocks.Select(block => block.RemovalRank).ToArray(), view.GetColumn<int>("RemovalRank").ToArray());
        CollectionAssert.AreEqual(
            plan.Blocks.Select(block => plan.Removed.Contains(block.Index)).ToArray(), view.GetColumn<bool>("Removed").ToArray());
        Assert.IsTrue(view.GetColumn<double>("StandardError").All(double.IsNaN));
    }

    [TestMethod]
    [DataRow(WeightSet.Matrices, 27_648L)]
    [DataRow(WeightSet.Attention, 4L * 48 * 48)]
    [DataRow(WeightSet.Mlp, 8L * 48 * 48)]
    [DataRow(WeightSet.Attention | WeightSet.Biases, (4L * 48 * 48) + (3 * 48))]
    [DataRow(WeightSet.Mlp | WeightSet.Biases, (8L * 48 * 48) + (5 * 48))]
    [DataRow(WeightSet.Norms, 4L * 48)]
    [DataRow(WeightSet.All, 27_648L + (8 * 48) + (4 * 48))]
    public void A_weight_set_names_the_tensors_that_are_looked_at(WeightSet weights, long count) =>
        Assert.IsTrue(Plan("tiny-a", weights: weights).Blocks.All(block => block.Weights == count));

    [TestMethod]
    public void A_weight_set_without_weights_is_refused()
    {
        Assert.ThrowsExactly<ArgumentException>(() => Plan(weights: WeightSet.Biases));
        Assert.ThrowsExactly<ArgumentException>(() => Gardener.Score(ReferenceData.Golden("tiny-a"), weights: 0));
    }
}
