using GardenerML.Checkpoints;

namespace GardenerML.Tests.Checkpoints;

/// <summary>The reference models, each stored in three formats, give the same weights from each.</summary>
[TestClass]
public sealed class GoldenFormatTests
{
    [TestMethod]
    [DataRow("tiny-a")]
    [DataRow("tiny-b-half")]
    public void All_formats_give_the_same_configuration_and_weights(string model)
    {
        using var folder = VideoMaeCheckpoint.Open(ReferenceData.Golden(model));
        using var finetuned = VideoMaeCheckpoint.Open(ReferenceData.Golden(model, "finetuned.pth"));
        using var pretrained = VideoMaeCheckpoint.Open(ReferenceData.Golden(model, "pretrained.pth"));

        Assert.AreEqual(CheckpointFormat.PyTorch, finetuned.Format);
        Assert.AreEqual(CheckpointKind.Classifier, finetuned.Kind);
        Assert.AreEqual(CheckpointKind.Pretraining, pretrained.Kind);
        // transformers' classifier has an epsilon of its own for the final norm.
        Assert.AreEqual(folder.Configuration with { FinalNormEpsilon = 1e-6 }, finetuned.Configuration);
        Assert.AreEqual(finetuned.Configuration with { ClassCount = 0 }, pretrained.Configuration);
        CollectionAssert.AreEquivalent(folder.Encoder.Keys.ToArray(), finetuned.Encoder.Keys.ToArray());
        CollectionAssert.AreEquivalent(
            folder.Encoder.Keys.Where(name => !name.StartsWith("head.")).ToArray(), pretrained.Encoder.Keys.ToArray());
        foreach (var name in folder.Encoder.Keys)
        {
            CollectionAssert.AreEqual(Numbers(folder.Encoder[name]), Numbers(finetuned.Encoder[name]), name);
            if (pretrained.Encoder.TryGetValue(name, out var tensor))
                CollectionAssert.AreEqual(Numbers(folder.Encoder[name]), Numbers(tensor), name);
        }
    }

    [TestMethod]
    public void A_pretrained_file_gives_the_decoder_and_its_final_norm()
    {
        using var checkpoint = VideoMaeCheckpoint.Open(ReferenceData.Golden("tiny-a", "pretrained.pth"));

        CollectionAssert.AreEquivalent(
            new[] { "encoder.norm.weight", "encoder.norm.bias", "encoder_to_decoder.weight", "mask_token" },
            checkpoint.Decoder.Keys.ToArray());
        CollectionAssert.AreEqual(Numbers(checkpoint.Decoder["encoder.norm.weight"]), Numbers(checkpoint.Encoder["fc_norm.weight"]));
        CollectionAssert.AreEqual(new long[] { 24, 48 }, checkpoint.Decoder["encoder_to_decoder.weight"].Shape.ToArray());
        Assert.IsEmpty(checkpoint.Unused);
    }

    private static double[] Numbers(LogicalTensor tensor)
    {
        var bytes = new byte[tensor.ElementCount * tensor.Type.Size()];
        tensor.CopyTo(bytes);
        return [.. Enumerable.Range(0, (int)tensor.ElementCount).Select(i => tensor.Type.ReadElement(bytes, i))];
    }
}
