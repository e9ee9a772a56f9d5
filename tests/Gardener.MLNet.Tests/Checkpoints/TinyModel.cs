using System.Runtime.InteropServices;
using GardenerML.Checkpoints;
using GardenerML.VideoMae;

namespace GardenerML.Tests.Checkpoints;

/// <summary>Small models with random weights, under logical names, to be stored in whatever way a test wants.</summary>
internal static class TinyModel
{
    public static VideoMaeConfiguration Configuration { get; } = new()
    {
        ImageSize = 32,
        PatchSize = 16,
        FrameCount = 4,
        Width = 64,
        BlockCount = 3,
        HeadCount = 1,
        MlpWidth = 128,
        ClassCount = 4,
    };

    /// <summary>All tensors of a classifier by logical name.</summary>
    public static Dictionary<string, TensorContent> Classifier(int seed = 0, bool keyBias = false)
    {
        var random = new Random(seed);
        var (width, hidden, patch) = (Configuration.Width, Configuration.MlpWidth, Configuration.PatchSize);
        var tensors = new Dictionary<string, TensorContent>();
        Add("patch_embed.proj.weight", width, 3, Configuration.TubeletSize, patch, patch);
        Add("patch_embed.proj.bias", width);
        for (var block = 0; block < Configuration.BlockCount; block++)
        {
            var prefix = $"blocks.{block}.";
            foreach (var norm in (string[])["norm1", "norm2"])
            {
                Add($"{prefix}{norm}.weight", width);
                Add($"{prefix}{norm}.bias", width);
            }
            Add(prefix + "attn.q_bias", width);
            Add(prefix + "attn.v_bias", width);
            if (keyBias)
                Add(prefix + "attn.k_bias", width);
            Add(prefix + "attn.qkv.weight", 3 * width, width);
            Add(prefix + "attn.proj.weight", width, width);
            Add(prefix + "attn.proj.bias", width);
            Add(prefix + "mlp.fc1.weight", hidden, width);
            Add(prefix + "mlp.fc1.bias", hidden);
            Add(prefix + "mlp.fc2.weight", width, hidden);
            Add(prefix + "mlp.fc2.bias", width);
        }
        Add("fc_norm.weight", width);
        Add("fc_norm.bias", width);
        Add("head.weight", Configuration.ClassCount, width);
        Add("head.bias", Configuration.ClassCount);
        return tensors;

        void Add(string name, params int[] shape) => tensors.Add(name, Random(name, random, shape));
    }

    /// <summary>All tensors of a pretraining model: the encoder with its final norm, and a decoder of width 32 with one block.</summary>
    public static Dictionary<string, TensorContent> Pretraining(int seed = 0)
    {
        var random = new Random(seed + 1000);
        var tensors = Classifier(seed).Where(pair => !pair.Key.StartsWith("head.") && !pair.Key.StartsWith("fc_norm.")).ToDictionary();
        Add("encoder.norm.weight", 64);
        Add("encoder.norm.bias", 64);
        Add("encoder_to_decoder.weight", 32, 64);
        Add("mask_token", 1, 1, 32);
        Add("decoder.blocks.0.norm1.weight", 32);
        Add("decoder.blocks.0.attn.q_bias", 32);
        Add("decoder.blocks.0.attn.qkv.weight", 96, 32);
        Add("decoder.blocks.0.mlp.fc1.weight", 128, 32);
        Add("decoder.norm.weight", 32);
        Add("decoder.head.weight", 1536, 32);
        return tensors;

        void Add(string name, params int[] shape) => tensors.Add(name, Random(name, random, shape));
    }

    public static VideoMaeCheckpointContent Content(int seed = 0) => new()
    {
        Configuration = Configuration,
        Tensors = [.. Classifier(seed).Values],
        LabelNames = ["run", "jump", "swim", "climb"],
    };

    public static TensorContent Tensor(string name, float[] values, params int[] shape) =>
        new(name, TensorType.Float32, [.. shape.Select(size => (long)size)], stream => stream.Write(MemoryMarshal.AsBytes<float>(values)));

    public static TensorContent Random(string name, Random random, params int[] shape)
    {
        var values = new float[shape.Aggregate(1, (product, size) => product * size)];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(random.NextDouble() - 0.5);
        return Tensor(name, values, shape);
    }

    /// <summary>Writes tensors as they are named, with no configuration.</summary>
    public static string Write(string folder, IEnumerable<TensorContent> tensors, string file = "weights.safetensors")
    {
        var path = Path.Combine(folder, file);
        SafetensorsWriter.Write(path, tensors);
        return path;
    }

    public static byte[] Bytes(TensorContent tensor)
    {
        using var stream = new MemoryStream();
        tensor.WriteTo(stream);
        return stream.ToArray();
    }

    public static byte[] Bytes(LogicalTensor tensor)
    {
        using var stream = new MemoryStream();
        tensor.WriteTo(stream);
        return stream.ToArray();
    }

    /// <summary>Asserts that a checkpoint has exactly these weights.</summary>
    public static void AssertSame(IReadOnlyDictionary<string, TensorContent> expected, IReadOnlyDictionary<string, LogicalTensor> actual)
    {
        CollectionAssert.AreEquivalent(expected.Keys.ToArray(), actual.Keys.ToArray());
        foreach (var (name, tensor) in expected)
        {
            CollectionAssert.AreEqual(tensor.Shape.ToArray(), actual[name].Shape.ToArray(), name);
            CollectionAssert.AreEqual(Bytes(tensor), Bytes(actual[name]), name);
        }
    }
}
