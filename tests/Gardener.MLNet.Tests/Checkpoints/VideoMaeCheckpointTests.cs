using System.Text.Json.Nodes;
using GardenerML.Checkpoints;
using GardenerML.VideoMae;

namespace GardenerML.Tests.Checkpoints;

/// <summary>Opening checkpoints: names, completeness, configuration, position tables.</summary>
[TestClass]
public sealed class VideoMaeCheckpointTests
{
    private static readonly VideoMaeCheckpointOptions Clip = new() { FrameCount = 4, ImageSize = 32 };

    [TestMethod]
    [DataRow("# A text, of which the first eight bytes would be an absurd length")]
    [DataRow("short")]
    public void A_file_that_is_no_checkpoint_is_called_so(string text)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("README.md"), text);
        StringAssert.Contains(
            Assert.ThrowsExactly<CheckpointException>(() => VideoMaeCheckpoint.Open(folder.File("README.md"))).Message, "Not a checkpoint");
    }

    [TestMethod]
    public void A_file_without_configuration_tells_the_geometry_by_its_shapes()
    {
        using var folder = new TemporaryFolder();
        using var checkpoint = VideoMaeCheckpoint.Open(TinyModel.Write(folder.Path, TinyModel.Classifier().Values), Clip);

        Assert.AreEqual(TinyModel.Configuration, checkpoint.Configuration);
        Assert.IsNull(checkpoint.LabelNames);
        TinyModel.AssertSame(TinyModel.Classifier(), checkpoint.Encoder);
    }

    [TestMethod]
    [DataRow("module.")]
    [DataRow("backbone.")]
    [DataRow("module.backbone.")]
    public void Prefixes_of_wrappers_are_taken_off(string prefix)
    {
        using var folder = new TemporaryFolder();
        var tensors = TinyModel.Classifier();
        using var checkpoint = VideoMaeCheckpoint.Open(
            TinyModel.Write(folder.Path, tensors.Values.Select(tensor => tensor with { Name = prefix + tensor.Name })), Clip);

        TinyModel.AssertSame(tensors, checkpoint.Encoder);
    }

    [TestMethod]
    [DataRow("blocks.1.attn.q_bias")]
    [DataRow("blocks.2.attn.v_bias")]
    [DataRow("blocks.0.norm2.weight")]
    [DataRow("fc_norm.bias")]
    [DataRow("head.bias")]
    [DataRow("patch_embed.proj.bias")]
    public void A_missing_tensor_is_named_and_may_be_allowed(string name)
    {
        using var folder = new TemporaryFolder();
        var path = TinyModel.Write(folder.Path, TinyModel.Classifier().Values.Where(tensor => tensor.Name != name));

        var error = Assert.ThrowsExactly<CheckpointException>(() => VideoMaeCheckpoint.Open(path, Clip));
        StringAssert.Contains(error.Message, $"Missing (1): {name}.");
        using var checkpoint = VideoMaeCheckpoint.Open(path, Clip with { Strict = false });

        CollectionAssert.AreEqual(new[] { name }, checkpoint.Missing.ToArray());
        Assert.IsFalse(checkpoint.Encoder.ContainsKey(name));
    }

    [TestMethod]
    public void Everything_wrong_is_listed_in_one_message()
    {
        using var folder = new TemporaryFolder();
        var tensors = TinyModel.Classifier();
        tensors.Remove("blocks.0.norm1.bias");
        tensors["blocks.1.mlp.fc2.bias"] = TinyModel.Tensor("blocks.1.mlp.fc2.bias", new float[65], 65);
        tensors["blocks.2.norm1.bias"] = new TensorContent("blocks.2.norm1.bias", TensorType.Int64, [64], stream => stream.Write(new byte[512]));
        for (var i = 0; i < 12; i++)
            tensors.Add($"blocks.{i % 3}.gamma_{i}", TinyModel.Tensor($"blocks.{i % 3}.gamma_{i}", [1], 1));
        var path = TinyModel.Write(folder.Path, tensors.Values);

        var message = Assert.ThrowsExactly<CheckpointException>(() => VideoMaeCheckpoint.Open(path, Clip)).Message;

        StringAssert.Contains(message, "Missing (1): blocks.0.norm1.bias.");
        StringAssert.Contains(message, "blocks.1.mlp.fc2.bias is [65]; expected [64]");
        StringAssert.Contains(message, "blocks.2.norm1.bias is of type I64");
        StringAssert.Contains(message, "Unknown (12): ");
        StringAssert.Contains(message, "and 2 more.");
        using var checkpoint = VideoMaeCheckpoint.Open(path, Clip with { Strict = false });
        Assert.HasCount(14, checkpoint.Unused);
        Assert.IsTrue(checkpoint.Notes.Any(note => note.Contains("Unknown (12)")));
    }

    [TestMethod]
    public void Files_of_other_models_are_refused_with_a_hint()
    {
        using var folder = new TemporaryFolder();
        var path = TinyModel.Write(folder.Path, [TinyModel.Tensor("bert.pooler.weight", [1], 1)]);

        var message = Assert.ThrowsExactly<CheckpointException>(() => VideoMaeCheckpoint.Open(path)).Message;

        StringAssert.Contains(message, "bert.pooler.weight");
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => VideoMaeCheckpoint.Open(folder.Path)).Message, "model.safetensors");
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => VideoMaeCheckpoint.Open(folder.File("none.pth"))).Message, "no such file");
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void A_fused_bias_is_split_and_its_key_part_dropped_only_if_zero(bool keyBias)
    {
        using var folder = new TemporaryFolder();
        var tensors = TinyModel.Classifier(keyBias: true);
        if (!keyBias)
        {
            for (var block = 0; block < 3; block++)
                tensors[$"blocks.{block}.attn.k_bias"] = TinyModel.Tensor("", [.. Enumerable.Repeat(-0f, 64)], 64);
        }
        var stored = tensors.Values.Where(tensor => !tensor.Name.Contains("_bias") && tensor.Name.Length > 0).ToList();
        for (var block = 0; block < 3; block++)
        {
            var parts = "qkv".Select(letter => tensors[$"blocks.{block}.attn.{letter}_bias"]).ToArray();
            stored.Add(new TensorContent($"blocks.{block}.attn.qkv.bias", TensorType.Float32, [192], stream => Array.ForEach(parts, part => part.WriteTo(stream))));
        }

        using var checkpoint = VideoMaeCheckpoint.Open(TinyModel.Write(folder.Path, stored), Clip);

        Assert.AreEqual(keyBias, checkpoint.Configuration.KeyBias);
        TinyModel.AssertSame(tensors.Where(pair => keyBias || !pair.Key.Contains("k_bias")).ToDictionary(), checkpoint.Encoder);
        Assert.IsEmpty(checkpoint.Unused);
    }

    [TestMethod]
    public void The_same_weights_under_two_names_are_refused()
    {
        using var folder = new TemporaryFolder();
        var tensors = TinyModel.Classifier();
        var path = TinyModel.Write(folder.Path, [.. tensors.Values, tensors["head.bias"] with { Name = "classifier.bias" }]);

        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => VideoMaeCheckpoint.Open(path, Clip)).Message, "holds the same weights");
    }

    [TestMethod]
    public void Heads_follow_the_published_models_and_are_asked_for_where_unknown()
    {
        var tinyA = ReferenceData.Golden("tiny-a", "finetuned.pth");
        using var folder = new TemporaryFolder();
        var path = folder.File("alone.pth");
        File.Copy(tinyA, path);

        var error = Assert.ThrowsExactly<ArgumentException>(() => VideoMaeCheckpoint.Open(path));
        StringAssert.Contains(error.Message, "HeadCount");
        using var checkpoint = VideoMaeCheckpoint.Open(path, new VideoMaeCheckpointOptions { HeadCount = 3, ImageSize = 32, FrameCount = 8 });
        using var beside = VideoMaeCheckpoint.Open(tinyA);

        Assert.AreEqual(beside.Configuration, checkpoint.Configuration);
        Assert.IsTrue(beside.Notes.Any(note => note.Contains("config.json beside the file was used")));
        Assert.ThrowsExactly<ArgumentException>(() => VideoMaeCheckpoint.Open(path, new VideoMaeCheckpointOptions { HeadCount = 5 }));
    }

    [TestMethod]
    public void A_configuration_beside_a_file_is_left_alone_if_it_is_of_another_model()
    {
        using var folder = new TemporaryFolder();
        File.Copy(ReferenceData.Golden("tiny-a", "config.json"), folder.File("config.json"));

        using var checkpoint = VideoMaeCheckpoint.Open(TinyModel.Write(folder.Path, TinyModel.Classifier().Values), Clip);

        Assert.AreEqual(TinyModel.Configuration, checkpoint.Configuration);
        Assert.IsTrue(checkpoint.Notes.Any(note => note.Contains("was not used: it does not fit")));
    }

    [TestMethod]
    public void A_position_table_is_checked_where_the_clip_is_the_same_and_unused_where_not()
    {
        using var io = SafetensorsFile.Open(ReferenceData.Golden("tiny-a", "io.safetensors"));
        using var model = SafetensorsFile.Open(ReferenceData.Golden("tiny-a", "model.safetensors"));
        using var folder = new TemporaryFolder();
        File.Copy(ReferenceData.Golden("tiny-a", "config.json"), folder.File("config.json"));
        var table = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(io.Tensors["pos_embed"].Bytes).ToArray();
        var others = model.Tensors.Values.Select(tensor => TensorContent.From(tensor)).ToArray();
        const string Name = "videomae.embeddings.position_embeddings";

        var right = TinyModel.Write(folder.Path, [.. others, TinyModel.Tensor(Name, table, 1, 64, 48)], "right.safetensors");
        using (var checkpoint = VideoMaeCheckpoint.Open(right))
            CollectionAssert.AreEqual(new[] { Name }, checkpoint.Unused.ToArray());
        using (var longer = VideoMaeCheckpoint.Open(right, new VideoMaeCheckpointOptions { FrameCount = 16 }))
            Assert.IsTrue(longer.Notes.Any(note => note.Contains("is for 64 tokens") && note.Contains("128 tokens")));
        table[63 * 48 + 5] += 1e-4f;
        var wrong = TinyModel.Write(folder.Path, [.. others, TinyModel.Tensor(Name, table, 1, 64, 48)], "wrong.safetensors");
        var message = Assert.ThrowsExactly<CheckpointException>(() => VideoMaeCheckpoint.Open(wrong)).Message;

        StringAssert.Contains(message, "token 63, channel 5");
        var misshapen = TinyModel.Write(folder.Path, [.. others, TinyModel.Tensor(Name, table, 1, 48, 64)], "misshapen.safetensors");
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => VideoMaeCheckpoint.Open(misshapen)).Message, "[1, tokens, 48]");
    }

    [TestMethod]
    public void Shards_are_one_checkpoint_and_must_be_complete()
    {
        using var folder = new TemporaryFolder();
        VideoMaeCheckpointWriter.Save(folder.File("whole"), TinyModel.Content());
        using var whole = SafetensorsFile.Open(folder.File("whole/model.safetensors"));
        var sharded = Directory.CreateDirectory(folder.File("sharded")).FullName;
        File.Copy(folder.File("whole/config.json"), Path.Combine(sharded, "config.json"));
        var map = new JsonObject();
        foreach (var (shard, index) in whole.Tensors.Values.Chunk(20).Select((shard, index) => (shard, index)))
        {
            TinyModel.Write(sharded, shard.Select(tensor => TensorContent.From(tensor)), $"model-{index}.safetensors");
            foreach (var tensor in shard)
                map[tensor.Name] = $"model-{index}.safetensors";
        }
        WriteIndex();

        using (var checkpoint = VideoMaeCheckpoint.Open(sharded))
            TinyModel.AssertSame(TinyModel.Classifier(), checkpoint.Encoder);
        map["classifier.bias"] = "model-0.safetensors";
        WriteIndex();
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => VideoMaeCheckpoint.Open(sharded)).Message, "classifier.bias");
        map["classifier.bias"] = "../whole/model.safetensors";
        WriteIndex();
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => VideoMaeCheckpoint.Open(sharded)).Message, "plain name");
        map["classifier.bias"] = "model-9.safetensors";
        WriteIndex();
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => VideoMaeCheckpoint.Open(sharded)).Message, "not there");

        void WriteIndex() => File.WriteAllText(
            Path.Combine(sharded, "model.safetensors.index.json"), new JsonObject { ["weight_map"] = map.DeepClone() }.ToJsonString());
    }

    [TestMethod]
    [DataRow("hidden_size", "\"wide\"", "hidden_size is \"wide\"")]
    [DataRow("num_hidden_layers", "2", "Unknown (15)")]
    [DataRow("num_hidden_layers", "4", "Missing (13)")]
    [DataRow("num_hidden_layers", "0", "from 1 to")]
    [DataRow("num_attention_heads", "5", "multiple of HeadCount")]
    [DataRow("hidden_act", "\"relu\"", "relu")]
    [DataRow("model_type", "\"vit\"", "videomae")]
    [DataRow("num_channels", "1", "only 3")]
    [DataRow("use_mean_pooling", "false", "first token")]
    [DataRow("layer_norm_eps", "-1", "above 0")]
    [DataRow("qkv_bias", "false", "Unknown (6)")]
    [DataRow("id2label", """{"0":"a","2":"b"}""", "id2label")]
    [DataRow("id2label", """{"0":"a"}""", "names 1 classes")]
    public void A_configuration_that_does_not_fit_is_refused(string key, string value, string expected)
    {
        using var folder = new TemporaryFolder();
        VideoMaeCheckpointWriter.Save(folder.File("m"), TinyModel.Content());
        var path = folder.File("m/config.json");
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        json[key] = JsonNode.Parse(value);
        File.WriteAllText(path, json.ToJsonString());

        var error = Assert.ThrowsExactly<CheckpointException>(() => VideoMaeCheckpoint.Open(folder.File("m")));

        StringAssert.Contains(error.Message, expected);
    }

    [TestMethod]
    public void Damaged_configuration_files_are_refused()
    {
        using var folder = new TemporaryFolder();
        VideoMaeCheckpointWriter.Save(folder.File("m"), TinyModel.Content());
        foreach (var text in (string[])["", "{", "[]", "{\"a\":1,\"a\":2}", new string('[', 100_000)])
        {
            File.WriteAllText(folder.File("m/config.json"), text);
            Assert.ThrowsExactly<CheckpointException>(() => VideoMaeCheckpoint.Open(folder.File("m")), text);
        }
    }

    [TestMethod]
    public void The_preprocessor_tells_mean_and_standard_deviation()
    {
        using var folder = new TemporaryFolder();
        VideoMaeCheckpointWriter.Save(folder.File("m"), TinyModel.Content());
        File.WriteAllText(folder.File("m/preprocessor_config.json"), """{"image_mean":[0.5,0.25,0.125],"image_std":[0.5,1,2],"size":32}""");

        using (var checkpoint = VideoMaeCheckpoint.Open(folder.File("m")))
        {
            Assert.AreEqual(new ChannelValues(0.5f, 0.25f, 0.125f), checkpoint.Configuration.Mean);
            Assert.AreEqual(new ChannelValues(0.5f, 1, 2), checkpoint.Configuration.StandardDeviation);
        }
        File.WriteAllText(folder.File("m/preprocessor_config.json"), """{"image_std":[0.5,0,2]}""");
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => VideoMaeCheckpoint.Open(folder.File("m"))).Message, "image_std");
    }
}
