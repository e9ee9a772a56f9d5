using GardenerML.Checkpoints;
using GardenerML.Pretraining;
using GardenerML.Tests.Checkpoints;
using GardenerML.VideoMae;
using Microsoft.ML;

namespace GardenerML.Tests.Pretraining;

/// <summary>A checkpoint may come from anywhere: its decoder is checked before a model of the size that it states is made.</summary>
[TestClass]
public sealed class StoredDecoderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void A_whole_decoder_is_opened()
    {
        using var model = Open(Tensors());
        Assert.AreEqual(new VideoMaeDecoderConfiguration { Width = 32, BlockCount = 1, HeadCount = 1, MlpWidth = 128 }, model.Decoder);
    }

    [TestMethod]
    [DataRow("encoder_to_decoder.weight", new int[0])]
    [DataRow("encoder_to_decoder.weight", new[] { 50000, 0 })]
    [DataRow("encoder_to_decoder.weight", new[] { 0, 64 })]
    [DataRow("encoder_to_decoder.weight", new[] { 40, 64 })]
    [DataRow("encoder_to_decoder.weight", new[] { 32, 63 })]
    [DataRow("decoder.blocks.0.mlp.fc1.weight", new int[0])]
    [DataRow("decoder.blocks.0.mlp.fc1.weight", new[] { 50000, 0 })]
    [DataRow("decoder.blocks.0.mlp.fc1.weight", new[] { 130, 32 })]
    [DataRow("decoder.blocks.0.attn.proj.weight", new[] { 32 })]
    [DataRow("decoder.norm.weight", new[] { 33 })]
    [DataRow("mask_token", new[] { 32 })]
    [DataRow("decoder.head.weight", new[] { 1535, 32 })]
    public void A_tensor_of_another_shape_is_refused(string name, int[] shape)
    {
        var tensors = Tensors();
        tensors[name] = TinyModel.Random(name, new Random(1), shape);
        Assert.ThrowsExactly<CheckpointException>(() => Open(tensors).Dispose());
    }

    [TestMethod]
    [DataRow("decoder.blocks.0.attn.qkv.weight")]
    [DataRow("decoder.norm.weight")]
    public void A_tensor_of_whole_numbers_or_none_is_refused(string name)
    {
        var tensors = Tensors();
        var shape = tensors[name].Shape;
        tensors[name] = new TensorContent(
            name, TensorType.Int64, shape, stream => stream.Write(new byte[8 * shape.Aggregate(1L, (product, size) => product * size)]));
        Assert.ThrowsExactly<CheckpointException>(() => Open(tensors).Dispose());
        tensors.Remove(name);
        Assert.ThrowsExactly<CheckpointException>(() => Open(tensors).Dispose());
    }

    [TestMethod]
    [DataRow("\"6\"")]
    [DataRow("6.5")]
    [DataRow("0")]
    [DataRow("-1")]
    [DataRow("5")]
    [DataRow("[2]")]
    [DataRow("99999999999")]
    public void Heads_that_are_no_divisor_of_the_width_are_refused(string heads)
    {
        Configure(heads);
        StringAssert.Contains(
            Assert.ThrowsExactly<CheckpointException>(() => Open(Tensors()).Dispose()).Message, "decoder_num_attention_heads");
    }

    [TestMethod]
    public void Heads_are_those_of_the_configuration()
    {
        Configure("4");
        using var model = Open(Tensors());
        Assert.AreEqual(4, model.Decoder.HeadCount);
    }

    private VideoMaePretrainedTransformer Open(Dictionary<string, TensorContent> tensors) =>
        VideoMaePretrainedTransformer.Open(new MLContext(), TinyModel.Write(_folder.Path, tensors.Values));

    private void Configure(string heads) => File.WriteAllText(Path.Combine(_folder.Path, "config.json"), $$"""
        {"model_type": "videomae", "image_size": 32, "patch_size": 16, "num_frames": 4, "hidden_size": 64, "num_hidden_layers": 3,
         "num_attention_heads": 1, "intermediate_size": 128, "decoder_num_attention_heads": {{heads}}}
        """);

    private static Dictionary<string, TensorContent> Tensors()
    {
        var tensors = TinyModel.Pretraining();
        var random = new Random(7);
        foreach (var name in (string[])["norm1.bias", "attn.v_bias", "attn.proj.bias", "norm2.weight", "norm2.bias", "mlp.fc2.bias"])
            Add("decoder.blocks.0." + name, 32);
        Add("decoder.blocks.0.attn.proj.weight", 32, 32);
        Add("decoder.blocks.0.mlp.fc1.bias", 128);
        Add("decoder.blocks.0.mlp.fc2.weight", 32, 128);
        Add("decoder.norm.bias", 32);
        Add("decoder.head.bias", 1536);
        return tensors;

        void Add(string name, params int[] shape) => tensors.Add(name, TinyModel.Random(name, random, shape));
    }
}
