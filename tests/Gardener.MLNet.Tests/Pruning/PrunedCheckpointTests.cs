using System.Runtime.InteropServices;
using GardenerML.Checkpoints;
using GardenerML.Pruning;
using GardenerML.Tests.Checkpoints;
using GardenerML.VideoMae;
using static TorchSharp.torch;

namespace GardenerML.Tests.Pruning;

/// <summary>Pruned checkpoints against the reference, and against what they are made of.</summary>
[TestClass]
public sealed class PrunedCheckpointTests
{
    [TestMethod]
    [DataRow("tiny-a", "pruned")]
    [DataRow("tiny-a", "pruned.safetensors")]
    [DataRow("tiny-b-half", "pruned")]
    [DataRow("tiny-b-half", "pruned.safetensors")]
    public void A_pruned_checkpoint_computes_what_the_reference_computes_without_the_blocks(string model, string output)
    {
        const string Prefix = "logits.remove.";
        using var io = SafetensorsFile.Open(ReferenceData.Golden(model, "io.safetensors"));
        using var folder = new TemporaryFolder();
        var cases = io.Tensors.Keys.Where(name => name.StartsWith(Prefix)).ToArray();
        Assert.IsNotEmpty(cases);
        foreach (var name in cases)
        {
            var removed = name[Prefix.Length..].Split('-').Select(int.Parse).ToArray();
            var plan = Gardener.PlanPruning(new PruningOptions
            {
                Checkpoint = ReferenceData.Golden(model),
                Target = PruningTarget.Blocks(removed),
            });
            plan.SaveCheckpoint(folder.File(output));
            using var pruned =
                VideoMaeCheckpoint.Open(folder.File(output), new VideoMaeCheckpointOptions { FinalNormEpsilon = 1e-6 });
            var expected = MemoryMarshal.Cast<byte, float>(io.Tensors[name].Bytes).ToArray();
            var actual = Logits(pruned, io.Tensors["pixel_values"]);
            Assert.AreEqual(expected.Length, actual.Length);
            for (var i = 0; i < expected.Length; i++)
                Assert.AreEqual(expected[i], actual[i], 1e-4, name);

            var stored = PruningPlan.FromJson(pruned.GardenerSection!["plan"]!.ToJsonString());
            Assert.AreEqual(plan.ToJson(), stored.ToJson());
        }
    }

    [TestMethod]
    public void A_plan_of_ratio_zero_is_the_identity()
    {
        using var folder = new TemporaryFolder();
        var plan = Gardener.PlanPruning(new PruningOptions { Checkpoint = ReferenceData.Golden("tiny-b-half"), Ratio = 0 });
        Assert.IsEmpty(plan.Removed);
        Assert.AreEqual(plan.Before.Parameters, plan.Parameters);
        plan.SaveCheckpoint(folder.File("same"));
        using var before = VideoMaeCheckpoint.Open(ReferenceData.Golden("tiny-b-half"));
        using var after = VideoMaeCheckpoint.Open(folder.File("same"));
        Assert.AreEqual(before.Configuration, after.Configuration);
        Assert.AreEqual(WeightsHash.Of(before), WeightsHash.Of(after));
        CollectionAssert.AreEqual(
            before.Encoder.Keys.Order().ToArray(), after.Encoder.Keys.Order().ToArray());
        foreach (var (name, tensor) in before.Encoder)
            CollectionAssert.AreEqual(TinyModel.Bytes(tensor), TinyModel.Bytes(after.Encoder[name]), name);
    }

    [TestMethod]
    public void A_plan_can_be_made_again_of_a_pruned_checkpoint()
    {
        using var folder = new TemporaryFolder();
        var options =
            new PruningOptions { Checkpoint = ReferenceData.Golden("tiny-b-half"), Target = PruningTarget.Count(4) };
        Gardener.PlanPruning(options).SaveCheckpoint(folder.File("once"));
        var second = Gardener.PlanPruning(options with { Checkpoint = folder.File("once") });
        second.SaveCheckpoint(folder.File("twice"));
        using var twice = VideoMaeCheckpoint.Open(folder.File("twice"));
        Assert.AreEqual(4, twice.BlockCount);
        Assert.AreEqual(second.CheckpointHash, (string?)twice.GardenerSection!["plan"]!["checkpointHash"]);
    }

    [TestMethod]
    public void A_plan_without_its_checkpoint_asks_for_it()
    {
        var plan = Gardener.PlanPruning(new PruningOptions { Checkpoint = ReferenceData.Golden("tiny-a") });
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => PruningPlan.FromJson(plan.ToJson()).SaveCheckpoint("nowhere"));
        StringAssert.Contains(error.Message, "tiny-a");
    }

    private static float[] Logits(VideoMaeCheckpoint checkpoint, StoredTensor pixels)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = new VideoMaeClassifier(checkpoint.Configuration);
        ModelWeights.Load(
            model, checkpoint.Encoder, [.. Enumerable.Range(0, checkpoint.BlockCount)], _ => true, checkpoint.Source);
        var input = tensor(MemoryMarshal.Cast<byte, float>(pixels.Bytes).ToArray(), [.. pixels.Shape]);
        return model.forward(input).data<float>().ToArray();
    }
}
