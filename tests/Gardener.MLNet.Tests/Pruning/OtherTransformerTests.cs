using System.Text;
using System.Text.Json;
using GardenerML.Checkpoints;
using GardenerML.Pruning;
using GardenerML.Tests.Checkpoints;

namespace GardenerML.Tests.Pruning;

/// <summary>Checkpoints of other transformers: blocks under a numbered prefix in a safetensors file.</summary>
[TestClass]
public sealed class OtherTransformerTests
{
    [TestMethod]
    [DataRow("encoder.layer.{i}.")]
    [DataRow("bert.encoder.layer.{i}.")]
    [DataRow("layer.{i}.")]
    public void Blocks_are_scored_by_their_matrices(string pattern)
    {
        using var folder = new TemporaryFolder();
        var path = Bert(folder.File("bert.safetensors"));
        var scores = Gardener.Score(path, pattern);
        Assert.HasCount(4, scores.Blocks);
        Assert.IsTrue(scores.Blocks.All(block => block.Weights == 2 * 16 * 16));
        Assert.IsTrue(
            Gardener.Score(path, pattern, weights: WeightSet.All).Blocks.All(block => block.Weights == (2 * 16 * 16) + 16));
        using var file = SafetensorsFile.Open(path);
        var expected = BlockScores.Compute([.. Enumerable.Range(0, 4).Select(block => new[]
        {
            file.Tensors[$"bert.encoder.layer.{block}.query.weight"], file.Tensors[$"bert.encoder.layer.{block}.dense.weight"],
        })]);
        CollectionAssert.AreEqual(expected.Values.ToArray(), scores.Values.ToArray());
    }

    [TestMethod]
    public void A_VideoMAE_file_scores_alike_by_pattern()
    {
        var byPattern = Gardener.Score(ReferenceData.Golden("tiny-a", "model.safetensors"), "encoder.layer.{i}.");
        CollectionAssert.AreEqual(
            Gardener.Score(ReferenceData.Golden("tiny-a")).Values.ToArray(), byPattern.Values.ToArray());
    }

    [TestMethod]
    public void The_pruned_file_is_renumbered_and_all_else_is_copied_byte_for_byte()
    {
        using var folder = new TemporaryFolder();
        var path = Bert(folder.File("bert.safetensors"));
        var plan = Gardener.PlanPruning(new PruningOptions
        {
            Checkpoint = path,
            BlockPattern = "encoder.layer.{i}.",
            Target = PruningTarget.Blocks(1),
        });
        var output = folder.File("pruned.safetensors");
        plan.SaveCheckpoint(output);

        var (before, after) = (Raw(path), Raw(output));
        Assert.HasCount(before.Count - 4, after);
        foreach (var (name, (type, bytes)) in after)
        {
            var source = name.Contains(".layer.") ? Renumber(name) : name;
            Assert.AreEqual(before[source].Type, type, name);
            CollectionAssert.AreEqual(before[source].Bytes, bytes, name);
        }
        Assert.AreEqual("U8", after["bert.flags"].Type);
        using var file = SafetensorsFile.Open(output);
        Assert.AreEqual("pt", file.Metadata["format"]);
        Assert.AreEqual(plan.ToJson(), PruningPlan.FromJson(file.Metadata["gardener.plan"]).ToJson());
        Assert.AreEqual(
            plan.Parameters, file.Tensors.Values.Sum(tensor => tensor.ElementCount));
        Assert.IsNull(plan.GigaFlops);
        CollectionAssert.AreEqual(
            new[] { 0, 2, 3 }.Select(block => plan.Blocks[block].Value).ToArray(),
            Gardener.Score(output, "encoder.layer.{i}.").Values.ToArray());

        static string Renumber(string name) => name.Replace(".layer.2.", ".layer.3.").Replace(".layer.1.", ".layer.2.");
    }

    [TestMethod]
    public void A_plan_for_a_pattern_is_refused_by_other_weights_and_left_targets_are_named()
    {
        using var folder = new TemporaryFolder();
        var path = Bert(folder.File("a.safetensors"));
        var options = new PruningOptions { Checkpoint = path, BlockPattern = "encoder.layer.{i}." };
        var plan = Gardener.PlanPruning(options);
        var other = Bert(folder.File("b.safetensors"), seed: 2);
        StringAssert.Contains(
            Assert.ThrowsExactly<CheckpointException>(() => plan.SaveCheckpoint(folder.File("c.safetensors"), checkpoint: other)).Message,
            plan.CheckpointHash);
        StringAssert.Contains(
            Assert.ThrowsExactly<NotSupportedException>(() => Gardener.PlanPruning(options with { Target = PruningTarget.GigaFlops(1) })).Message,
            "number of blocks, parameters or size");
        var least = Gardener.PlanPruning(options with { Target = PruningTarget.Count(3) }).Parameters;
        Assert.HasCount(3, Gardener.PlanPruning(options with { Target = PruningTarget.Parameters(least) }).Removed);
    }

    [TestMethod]
    [DataRow("encoder.layer.", "{i}")]
    [DataRow("encoder.{i}.layer.{i}.", "{i}")]
    [DataRow("transformer.h.{i}.", "no tensor's name")]
    public void A_pattern_that_does_not_fit_is_refused(string pattern, string message)
    {
        using var folder = new TemporaryFolder();
        var path = Bert(folder.File("bert.safetensors"));
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Gardener.Score(path, pattern)).Message, message);
    }

    [TestMethod]
    public void Two_stacks_and_gaps_are_named()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(1);
        TensorContent[] Stack(string prefix, params int[] blocks) =>
            [.. blocks.Select(block => TinyModel.Random($"{prefix}blocks.{block}.w", random, 8, 8))];
        var two = TinyModel.Write(folder.Path, [.. Stack("encoder.", 0, 1), .. Stack("decoder.", 0)], "two.safetensors");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Gardener.Score(two, "blocks.{i}.")).Message, "decoder.blocks.{i}., encoder.blocks.{i}.");
        Assert.HasCount(2, Gardener.Score(two, "encoder.blocks.{i}.").Blocks);
        var plain = TinyModel.Write(folder.Path, [.. Stack("", 0, 1, 2), .. Stack("decoder.", 0)], "plain.safetensors");
        Assert.HasCount(3, Gardener.Score(plain, "blocks.{i}.").Blocks);
        var gap = TinyModel.Write(folder.Path, Stack("", 0, 2), "gap.safetensors");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Gardener.Score(gap, "blocks.{i}.")).Message, "no block 1");
        Assert.ThrowsExactly<ArgumentException>(() => Gardener.Score(gap, "blocks.{i}.", weights: WeightSet.Attention));
    }

    /// <summary>A file in BERT's manner, with tensors of types that are not numbers here.</summary>
    private static string Bert(string path, int seed = 1)
    {
        var random = new Random(seed);
        var header =
            new Dictionary<string, object> { ["__metadata__"] = new Dictionary<string, string> { ["format"] = "pt" } };
        using var data = new MemoryStream();
        Add("bert.embeddings.weight", "F32", 4, 20, 16);
        Add("bert.flags", "U8", 1, 3);
        for (var block = 0; block < 4; block++)
        {
            Add($"bert.encoder.layer.{block}.query.weight", "F32", 4, 16, 16);
            Add($"bert.encoder.layer.{block}.norm.weight", "F32", 4, 16);
            Add($"bert.encoder.layer.{block}.dense.weight", "F32", 4, 16, 16);
            Add($"bert.encoder.layer.{block}.steps", "I64", 8, 1);
        }
        Add("bert.pooler.weight", "F16", 2, 16, 16);
        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)json.Length), .. json, .. data.ToArray()]);
        return path;

        void Add(string name, string type, int size, params int[] shape)
        {
            var begin = data.Length;
            for (var i = 0; i < shape.Aggregate(1, (product, length) => product * length); i++)
            {
                data.Write(type switch
                {
                    "F32" => BitConverter.GetBytes(random.NextSingle()),
                    "F16" => BitConverter.GetBytes((Half)random.NextSingle()),
                    "I64" => BitConverter.GetBytes(random.NextInt64()),
                    _ => [(byte)random.Next()],
                });
            }
            header.Add(name, new { dtype = type, shape, data_offsets = new[] { begin, data.Length } });
        }
    }

    private static Dictionary<string, (string Type, byte[] Bytes)> Raw(string path)
    {
        var file = File.ReadAllBytes(path);
        var length = (int)BitConverter.ToInt64(file);
        using var header = JsonDocument.Parse(Encoding.UTF8.GetString(file, 8, length));
        return header.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__").ToDictionary(
            entry => entry.Name,
            entry =>
            {
                var offsets = entry.Value.GetProperty("data_offsets");
                return (entry.Value.GetProperty("dtype").GetString()!, file[(8 + length + offsets[0].GetInt32())..(8 + length + offsets[1].GetInt32())]);
            });
    }
}
