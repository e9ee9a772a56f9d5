using System.Text.Json.Nodes;
using GardenerML.Checkpoints;
using GardenerML.VideoMae;

namespace GardenerML.Tests.Checkpoints;

/// <summary>What is saved opens again with the same numbers, and a failed save changes nothing.</summary>
[TestClass]
public sealed class CheckpointWriterTests
{
    [TestMethod]
    [DataRow(CheckpointLayout.HuggingFace)]
    [DataRow(CheckpointLayout.HuggingFaceV5)]
    [DataRow(CheckpointLayout.SingleFile)]
    public void A_saved_classifier_opens_with_the_same_configuration_labels_and_weights(CheckpointLayout layout)
    {
        using var folder = new TemporaryFolder();
        var content = TinyModel.Content() with
        {
            Configuration = TinyModel.Configuration with { Mean = ChannelValues.All(0.5f), LayerNormEpsilon = 1e-12, FinalNormEpsilon = 3e-6 },
            GardenerSection = new JsonObject { ["plan"] = "entropy" },
        };

        VideoMaeCheckpointWriter.Save(folder.File("m"), content, layout);
        using var checkpoint = VideoMaeCheckpoint.Open(folder.File("m"));

        Assert.AreEqual(content.Configuration, checkpoint.Configuration);
        CollectionAssert.AreEqual(content.LabelNames!.ToArray(), checkpoint.LabelNames!.ToArray());
        Assert.AreEqual("entropy", (string?)checkpoint.GardenerSection!["plan"]);
        Assert.IsEmpty(checkpoint.Unused);
        TinyModel.AssertSame(TinyModel.Classifier(), checkpoint.Encoder);
    }

    [TestMethod]
    [DataRow(CheckpointLayout.HuggingFace)]
    [DataRow(CheckpointLayout.HuggingFaceV5)]
    [DataRow(CheckpointLayout.SingleFile)]
    public void A_saved_pretraining_model_keeps_its_decoder(CheckpointLayout layout)
    {
        using var folder = new TemporaryFolder();
        var content = new VideoMaeCheckpointContent
        {
            Configuration = TinyModel.Configuration with { ClassCount = 0 },
            Tensors = [.. TinyModel.Pretraining().Values],
        };

        VideoMaeCheckpointWriter.Save(folder.File("m"), content, layout);
        using var checkpoint = VideoMaeCheckpoint.Open(folder.File("m"));

        Assert.AreEqual(CheckpointKind.Pretraining, checkpoint.Kind);
        Assert.AreEqual(content.Configuration, checkpoint.Configuration);
        TinyModel.AssertSame(
            TinyModel.Pretraining(),
            checkpoint.Encoder.Where(pair => !pair.Key.StartsWith("fc_norm.")).Concat(checkpoint.Decoder).ToDictionary());
        CollectionAssert.AreEqual(TinyModel.Bytes(checkpoint.Decoder["encoder.norm.bias"]), TinyModel.Bytes(checkpoint.Encoder["fc_norm.bias"]));
        Assert.AreEqual(32, (int)checkpoint.ConfigurationJson!["decoder_hidden_size"]!);
        Assert.AreEqual(1, (int)checkpoint.ConfigurationJson!["decoder_num_hidden_layers"]!);
    }

    [TestMethod]
    public void Names_are_those_that_transformers_and_the_original_code_use()
    {
        using var folder = new TemporaryFolder();
        VideoMaeCheckpointWriter.Save(folder.File("m"), TinyModel.Content());
        using var written = SafetensorsFile.Open(folder.File("m/model.safetensors"));
        using var reference = SafetensorsFile.Open(ReferenceData.Golden("tiny-a", "model.safetensors"));
        CollectionAssert.AreEquivalent(
            reference.Tensors.Keys.Where(name => !IsBlock(name, "videomae.encoder.layer.", 3, 6)).ToArray(), written.Tensors.Keys.ToArray());
        Assert.AreEqual("pt", written.Metadata["format"]);

        VideoMaeCheckpointWriter.Save(folder.File("f"), TinyModel.Content(), CheckpointLayout.SingleFile);
        using var single = SafetensorsFile.Open(folder.File("f"));
        using var original = PyTorchFile.Open(ReferenceData.Golden("tiny-a", "finetuned.pth"));
        CollectionAssert.AreEquivalent(
            original.Tensors.Keys.Where(name => !IsBlock(name, "blocks.", 3, 6)).ToArray(), single.Tensors.Keys.ToArray());

        static bool IsBlock(string name, string prefix, int from, int to) =>
            Enumerable.Range(from, to - from).Any(block => name.StartsWith($"{prefix}{block}."));
    }

    [TestMethod]
    [DataRow("tiny-b-half", CheckpointLayout.HuggingFace)]
    [DataRow("tiny-b-half/finetuned.pth", CheckpointLayout.HuggingFaceV5)]
    [DataRow("tiny-a/finetuned.pth", CheckpointLayout.SingleFile)]
    [DataRow("tiny-a/pretrained.pth", CheckpointLayout.HuggingFace)]
    public void Pruning_copies_the_kept_blocks_byte_for_byte_and_renumbers_them(string source, CheckpointLayout layout)
    {
        using var folder = new TemporaryFolder();
        using var before = VideoMaeCheckpoint.Open(ReferenceData.Golden(source.Split('/')));
        int[] kept = [0, 2, 5];

        VideoMaeCheckpointWriter.SavePruned(before, kept, folder.File("m"), layout);
        using var after = VideoMaeCheckpoint.Open(folder.File("m"));

        Assert.AreEqual(before.Configuration with { BlockCount = 3 }, after.Configuration);
        Assert.AreEqual(before.WeightType, after.WeightType);
        Assert.AreEqual(before.Kind, after.Kind);
        foreach (var (name, tensor) in after.Encoder)
        {
            var old = name.StartsWith("blocks.") ? $"blocks.{kept[name[7] - '0']}{name[8..]}" : name;
            CollectionAssert.AreEqual(TinyModel.Bytes(before.Encoder[old]), TinyModel.Bytes(tensor), name);
        }
        Assert.AreEqual(before.Encoder.Keys.Count(name => !name.StartsWith("blocks.")), after.Encoder.Keys.Count(name => !name.StartsWith("blocks.")));
        CollectionAssert.AreEquivalent(before.Decoder.Keys.ToArray(), after.Decoder.Keys.ToArray());
    }

    [TestMethod]
    public void Kept_blocks_must_be_ascending_and_there()
    {
        using var checkpoint = VideoMaeCheckpoint.Open(ReferenceData.Golden("tiny-a"));

        Assert.ThrowsExactly<ArgumentException>(() => VideoMaeCheckpointContent.From(checkpoint, []));
        Assert.ThrowsExactly<ArgumentException>(() => VideoMaeCheckpointContent.From(checkpoint, [2, 1]));
        Assert.ThrowsExactly<ArgumentException>(() => VideoMaeCheckpointContent.From(checkpoint, [1, 1]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => VideoMaeCheckpointContent.From(checkpoint, [6]));
    }

    [TestMethod]
    public void A_stream_that_cannot_seek_is_enough_for_writing_and_reading()
    {
        using var buffer = new MemoryStream();
        using (var packed = new System.IO.Compression.DeflateStream(buffer, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
            VideoMaeCheckpointWriter.Write(packed, TinyModel.Content());
        buffer.Position = 0;
        using var unpacked = new System.IO.Compression.DeflateStream(buffer, System.IO.Compression.CompressionMode.Decompress);
        using var checkpoint = VideoMaeCheckpoint.Read(unpacked, "model");

        Assert.AreEqual(TinyModel.Configuration, checkpoint.Configuration);
        TinyModel.AssertSame(TinyModel.Classifier(), checkpoint.Encoder);
    }

    [TestMethod]
    public void Only_checkpoints_and_empty_folders_are_replaced()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("empty"));
        Directory.CreateDirectory(folder.File("mine"));
        File.WriteAllText(folder.File("mine/notes.txt"), "keep");

        VideoMaeCheckpointWriter.Save(folder.File("empty"), TinyModel.Content(1));
        VideoMaeCheckpointWriter.Save(folder.File("empty"), TinyModel.Content(2));
        var error = Assert.ThrowsExactly<IOException>(() => VideoMaeCheckpointWriter.Save(folder.File("mine"), TinyModel.Content()));

        StringAssert.Contains(error.Message, "left as it is");
        Assert.AreEqual("keep", File.ReadAllText(folder.File("mine/notes.txt")));
        using var checkpoint = VideoMaeCheckpoint.Open(folder.File("empty"));
        TinyModel.AssertSame(TinyModel.Classifier(2), checkpoint.Encoder);
        Assert.HasCount(2, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void A_failed_save_leaves_the_old_checkpoint_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        VideoMaeCheckpointWriter.Save(folder.File("m"), TinyModel.Content());
        var tensors = TinyModel.Classifier(5);
        tensors["head.bias"] = tensors["head.bias"] with { WriteTo = _ => throw new IOException("disk full") };
        var content = TinyModel.Content() with { Tensors = [.. tensors.Values] };

        Assert.ThrowsExactly<IOException>(() => VideoMaeCheckpointWriter.Save(folder.File("m"), content));

        using var checkpoint = VideoMaeCheckpoint.Open(folder.File("m"));
        TinyModel.AssertSame(TinyModel.Classifier(), checkpoint.Encoder);
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void A_folder_that_a_save_would_refuse_is_told_before()
    {
        using var folder = new TemporaryFolder();
        VideoMaeCheckpointWriter.CheckFolder(folder.File("absent"));
        VideoMaeCheckpointWriter.CheckFolder(Directory.CreateDirectory(folder.File("empty")).FullName);
        VideoMaeCheckpointWriter.Save(folder.File("checkpoint"), TinyModel.Content());
        VideoMaeCheckpointWriter.CheckFolder(folder.File("checkpoint"));
        Assert.ThrowsExactly<IOException>(() => VideoMaeCheckpointWriter.CheckFolder(folder.File("checkpoint/config.json")));
        File.WriteAllText(folder.File("empty/letter.txt"), "dear");
        Assert.ThrowsExactly<IOException>(() => VideoMaeCheckpointWriter.CheckFolder(folder.File("empty")));
        Assert.ThrowsExactly<IOException>(() => VideoMaeCheckpointWriter.Save(folder.File("empty"), TinyModel.Content()));
        Assert.IsFalse(Directory.Exists(folder.File("absent")));
    }

    [TestMethod]
    public void Content_that_does_not_fit_its_configuration_is_refused()
    {
        using var folder = new TemporaryFolder();
        var content = TinyModel.Content();

        StringAssert.Contains(Fault(content with { Tensors = [.. content.Tensors.Skip(1)] }), "patch_embed.proj.weight is missing");
        StringAssert.Contains(Fault(content with { Configuration = content.Configuration with { MlpWidth = 64 } }), "expected [64, 64]");
        StringAssert.Contains(Fault(content with { Tensors = [.. content.Tensors, TinyModel.Tensor("extra", [1], 1)] }), "extra is unknown");
        StringAssert.Contains(Fault(content with { LabelNames = ["one"] }), "1 class names");
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));

        string Fault(VideoMaeCheckpointContent bad) =>
            Assert.ThrowsExactly<ArgumentException>(() => VideoMaeCheckpointWriter.Save(folder.File("m"), bad)).Message;
    }
}
