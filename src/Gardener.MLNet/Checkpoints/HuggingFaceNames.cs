namespace GardenerML.Checkpoints;

/// <summary>
/// Turns tensors under logical names into those of a Hugging Face checkpoint: the reverse of <see cref="KeyMap"/>.
/// </summary>
internal static class HuggingFaceNames
{
    private static readonly string[] Parts = ["query", "key", "value"];

    /// <summary>The tensors that one logical tensor becomes: a stacked weight becomes three.</summary>
    public static IEnumerable<TensorContent> Translate(TensorContent tensor, bool version5)
    {
        var name = tensor.Name;
        if (TryBlock(name, "blocks.", "videomae.encoder.layer.", out var prefix, out var inBlock)
            || TryBlock(name, "decoder.blocks.", "decoder.decoder_layers.", out prefix, out inBlock))
        {
            return TranslateBlock(tensor, prefix, inBlock, version5);
        }
        return [tensor with { Name = TranslateOther(name) }];
    }

    private static string TranslateOther(string name)
    {
        (string Logical, string HuggingFace)[] modules =
        [
            ("patch_embed.proj.", "videomae.embeddings.patch_embeddings.projection."),
            ("encoder.norm.", "videomae.layernorm."),
            ("head.", "classifier."),
        ];
        foreach (var (logical, huggingFace) in modules)
        {
            if (name.StartsWith(logical, StringComparison.Ordinal))
                return huggingFace + name[logical.Length..];
        }
        return name;
    }

    private static bool TryBlock(string name, string logical, string huggingFace, out string prefix, out string inBlock)
    {
        (prefix, inBlock) = ("", "");
        if (!name.StartsWith(logical, StringComparison.Ordinal))
            return false;
        var dot = name.IndexOf('.', logical.Length);
        prefix = $"{huggingFace}{name[logical.Length..dot]}.";
        inBlock = name[(dot + 1)..];
        return true;
    }

    private static IEnumerable<TensorContent> TranslateBlock(
        TensorContent tensor, string prefix, string inBlock, bool version5)
    {
        const string Attention = "attention.attention.";
        if (inBlock == "attn.qkv.weight")
        {
            for (var part = 0; part < Parts.Length; part++)
                yield return Rows(tensor, $"{prefix}{Attention}{Parts[part]}.weight", part);
            yield break;
        }
        for (var part = 0; part < Parts.Length; part++)
        {
            if (inBlock == $"attn.{Parts[part][0]}_bias")
            {
                var bias = version5 ? $"{Parts[part]}.bias" : $"{Parts[part][0]}_bias";
                yield return tensor with { Name = prefix + Attention + bias };
                yield break;
            }
        }
        var dot = inBlock.LastIndexOf('.');
        var module = Array.Find(KeyMap.HuggingFaceBlockNames, names => names.Logical == inBlock[..dot]).HuggingFace;
        yield return tensor with { Name = $"{prefix}{module}{inBlock[dot..]}" };
    }

    /// <summary>A third of the rows.</summary>
    private static TensorContent Rows(TensorContent tensor, string name, int part)
    {
        var bytes = tensor.ByteCount / Parts.Length;
        return tensor with
        {
            Name = name,
            Shape = [tensor.Shape[0] / Parts.Length, .. tensor.Shape.Skip(1)],
            WriteTo = stream => tensor.WriteTo(new WindowStream(stream, part * bytes, bytes, dropAfter: true)),
        };
    }
}
