using System.Text;
using GardenerML.VideoMae;

namespace GardenerML.Checkpoints;

/// <summary>Compares the tensors of a checkpoint with those that the configuration asks for.</summary>
internal sealed class CompletenessCheck
{
    private const int Listed = 10;

    /// <summary>Tensors that are used, by logical name.</summary>
    public Dictionary<string, LogicalTensor> Used { get; } = [];

    /// <summary>Logical names that the model needs and the file lacks.</summary>
    public List<string> Missing { get; } = [];

    /// <summary>Tensors of the wrong shape or type, or that do not fit together.</summary>
    public List<string> Misshapen { get; } = [];

    /// <summary>Names in the file that nothing uses.</summary>
    public List<string> Unexpected { get; } = [];

    public static CompletenessCheck Run(
        CheckpointContents contents, VideoMaeConfiguration configuration, CheckpointKind kind)
    {
        var check = new CompletenessCheck();
        check.Misshapen.AddRange(contents.Faults);
        check.Unexpected.AddRange(contents.Unknown.Select(tensor => tensor.Name));
        var left = new Dictionary<string, LogicalTensor>(contents.Tensors);
        foreach (var (name, shape, required) in Expected(configuration, kind))
        {
            if (!left.Remove(name, out var tensor))
            {
                if (required)
                    check.Missing.Add(name);
            }
            else if (FaultOf(tensor, shape) is { } fault)
            {
                check.Misshapen.Add(fault);
            }
            else
            {
                check.Used.Add(name, tensor);
            }
        }
        foreach (var (name, tensor) in left)
        {
            // The decoder is handed out as it is; what it must hold is the business of pretraining.
            if (KeyMap.IsDecoder(name))
                check.Used.Add(name, tensor);
            else
                check.Unexpected.AddRange(tensor.Parts.Select(part => part.Name));
        }
        return check;
    }

    /// <summary>What is wrong, in one message; null if nothing is.</summary>
    public string? Message()
    {
        if (Missing.Count + Misshapen.Count + Unexpected.Count == 0)
            return null;
        var message = new StringBuilder("The tensors do not fit the model.");
        List("Missing", Missing);
        List("Of the wrong shape or type", Misshapen);
        List("Unknown", Unexpected);
        return message.Append(" Set VideoMaeCheckpointOptions.Strict to false to go on without them.").ToString();

        void List(string title, List<string> items)
        {
            if (items.Count == 0)
                return;
            message.Append($" {title} ({items.Count}): {string.Join("; ", items.Take(Listed))}");
            message.Append(items.Count > Listed ? $"; and {items.Count - Listed} more." : ".");
        }
    }

    /// <summary>What is wrong with tensors that are to be written.</summary>
    public static List<string> Compare(
        IReadOnlyDictionary<string, IReadOnlyList<long>> shapes, VideoMaeConfiguration configuration, CheckpointKind kind)
    {
        var faults = new List<string>();
        var left = shapes.Keys.ToHashSet();
        foreach (var (name, shape, required) in Expected(configuration, kind))
        {
            if (!left.Remove(name))
            {
                if (required)
                    faults.Add($"{name} is missing");
            }
            else if (!shapes[name].SequenceEqual(shape))
            {
                faults.Add($"{name} is {TensorTypes.Format(shapes[name])}, expected {TensorTypes.Format(shape)}");
            }
        }
        faults.AddRange(left.Where(name => !KeyMap.IsDecoder(name)).Select(name => $"{name} is unknown"));
        return faults;
    }

    /// <summary>
    /// What is wrong with the tensors of a decoder. Vectors may be missing; matrices may not, so that what the model takes is bounded
    /// by what the file holds.
    /// </summary>
    public static List<string> OfDecoder(
        IReadOnlyDictionary<string, LogicalTensor> tensors, VideoMaeConfiguration encoder, VideoMaeDecoderConfiguration decoder)
    {
        var faults = new List<string>();
        foreach (var (name, shape) in Decoder(encoder, decoder))
        {
            if (tensors.TryGetValue(name, out var tensor))
            {
                if (FaultOf(tensor, shape) is { } fault)
                    faults.Add(fault);
            }
            else if (shape.Length == 2)
            {
                faults.Add($"{name} is missing");
            }
        }
        return faults;
    }

    private static string? FaultOf(LogicalTensor tensor, long[] shape)
    {
        if (!tensor.Shape.SequenceEqual(shape))
            return $"{StoredNames(tensor)} is {TensorTypes.Format(tensor.Shape)}; expected {TensorTypes.Format(shape)}";
        return tensor.Type is TensorType.Other or TensorType.Int64
            ? $"{StoredNames(tensor)} is of type {tensor.Parts[0].TypeName}; expected floating-point numbers"
            : null;
    }

    private static string StoredNames(LogicalTensor tensor) => string.Join("+", tensor.Parts.Select(part => part.Name));

    private static IEnumerable<(string Name, long[] Shape, bool Required)> Expected(
        VideoMaeConfiguration configuration, CheckpointKind kind)
    {
        long width = configuration.Width;
        long patch = configuration.PatchSize;
        yield return ("patch_embed.proj.weight", [width, 3, configuration.TubeletSize, patch, patch], true);
        yield return ("patch_embed.proj.bias", [width], true);
        for (var block = 0; block < configuration.BlockCount; block++)
        {
            var prefix = $"blocks.{block}.";
            foreach (var (name, shape) in Block(configuration))
                yield return (prefix + name, shape, true);
        }
        var classifier = kind == CheckpointKind.Classifier;
        yield return ("fc_norm.weight", [width], classifier);
        yield return ("fc_norm.bias", [width], classifier);
        if (classifier)
        {
            yield return ("head.weight", [configuration.ClassCount, width], true);
            yield return ("head.bias", [configuration.ClassCount], true);
        }
        yield return ("encoder.norm.weight", [width], false);
        yield return ("encoder.norm.bias", [width], false);
    }

    private static IEnumerable<(string Name, long[] Shape)> Decoder(
        VideoMaeConfiguration encoder, VideoMaeDecoderConfiguration decoder)
    {
        long width = decoder.Width;
        yield return ("encoder_to_decoder.weight", [width, encoder.Width]);
        yield return ("mask_token", [1, 1, width]);
        var blocks = decoder.AsBlocks(encoder);
        for (var block = 0; block < decoder.BlockCount; block++)
        {
            foreach (var (name, shape) in Block(blocks))
                yield return ($"decoder.blocks.{block}.{name}", shape);
        }
        yield return ("decoder.norm.weight", [width]);
        yield return ("decoder.norm.bias", [width]);
        yield return ("decoder.head.weight", [encoder.TubeletPixelCount, width]);
        yield return ("decoder.head.bias", [encoder.TubeletPixelCount]);
    }

    private static IEnumerable<(string Name, long[] Shape)> Block(VideoMaeConfiguration configuration)
    {
        long width = configuration.Width;
        long hidden = configuration.MlpWidth;
        yield return ("norm1.weight", [width]);
        yield return ("norm1.bias", [width]);
        if (configuration.QueryValueBias)
            yield return ("attn.q_bias", [width]);
        if (configuration.KeyBias)
            yield return ("attn.k_bias", [width]);
        if (configuration.QueryValueBias)
            yield return ("attn.v_bias", [width]);
        yield return ("attn.qkv.weight", [3 * width, width]);
        yield return ("attn.proj.weight", [width, width]);
        yield return ("attn.proj.bias", [width]);
        yield return ("norm2.weight", [width]);
        yield return ("norm2.bias", [width]);
        yield return ("mlp.fc1.weight", [hidden, width]);
        yield return ("mlp.fc1.bias", [hidden]);
        yield return ("mlp.fc2.weight", [width, hidden]);
        yield return ("mlp.fc2.bias", [width]);
    }
}
