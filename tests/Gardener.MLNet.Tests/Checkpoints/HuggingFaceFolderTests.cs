using System.Runtime.InteropServices;
using GardenerML.Checkpoints;
using GardenerML.VideoMae;

namespace GardenerML.Tests.Checkpoints;

/// <summary>Hugging Face folders: configuration, logical names, numbers.</summary>
[TestClass]
public sealed class HuggingFaceFolderTests
{
    [TestMethod]
    public void A_folder_tells_configuration_labels_type_and_blocks()
    {
        using var checkpoint = VideoMaeCheckpoint.Open(ReferenceData.Golden("tiny-b-half"));

        var expected = new VideoMaeConfiguration
        {
            ImageSize = 48,
            PatchSize = 16,
            FrameCount = 4,
            Width = 32,
            BlockCount = 12,
            HeadCount = 4,
            MlpWidth = 64,
            ClassCount = 7,
            FinalNormEpsilon = 1e-5,
        };
        Assert.AreEqual(expected, checkpoint.Configuration);
        Assert.AreEqual(CheckpointKind.Classifier, checkpoint.Kind);
        Assert.AreEqual(CheckpointFormat.Safetensors, checkpoint.Format);
        Assert.AreEqual(TensorType.Float16, checkpoint.WeightType);
        CollectionAssert.AreEqual(Enumerable.Range(0, 7).Select(i => $"class{i}").ToArray(), checkpoint.LabelNames!.ToArray());
        Assert.IsEmpty(checkpoint.Unused);
        Assert.IsEmpty(checkpoint.Missing);
        Assert.IsEmpty(checkpoint.Decoder);
        Assert.HasCount(2 + 12 * 13 + 4, checkpoint.Encoder);
    }

    [TestMethod]
    public void Query_key_and_value_are_stacked_and_block_weights_are_the_four_matrices()
    {
        using var checkpoint = VideoMaeCheckpoint.Open(ReferenceData.Golden("tiny-a"));

        var stacked = checkpoint.Encoder["blocks.2.attn.qkv.weight"];
        CollectionAssert.AreEqual(new long[] { 144, 48 }, stacked.Shape.ToArray());
        CollectionAssert.AreEqual(
            new[] { "query", "key", "value" }.Select(part => $"videomae.encoder.layer.2.attention.attention.{part}.weight").ToArray(),
            stacked.Parts.Select(part => part.Name).ToArray());
        var bytes = new byte[144 * 48 * 4];
        stacked.CopyTo(bytes);
        Assert.IsTrue(stacked.Parts[2].Bytes.SequenceEqual(bytes.AsSpan(96 * 48 * 4)));
        Assert.AreEqual(12L * 48 * 48, checkpoint.BlockWeights(5).Sum(tensor => tensor.ElementCount));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => checkpoint.BlockWeights(6));
    }

    [TestMethod]
    public void Bytes_are_those_of_the_file()
    {
        using var file = SafetensorsFile.Open(ReferenceData.Golden("tiny-a", "io.safetensors"));

        CollectionAssert.AreEqual(new long[] { 1, 64, 48 }, file.Tensors["pos_embed"].Shape.ToArray());
        var table = MemoryMarshal.Cast<byte, float>(file.Tensors["pos_embed"].Bytes);
        Assert.AreEqual(1f, table[1]);
        Assert.AreEqual(MathF.Sin(1), table[48], 1e-7);
        file.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => file.Tensors["pos_embed"].Bytes.Length);
    }
}
