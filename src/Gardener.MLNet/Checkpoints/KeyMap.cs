namespace GardenerML.Checkpoints;

/// <summary>
/// Translates the tensor names of every known layout (MCG-NJU's fine-tuned and pretraining files, VideoMAE v2, Hugging Face in
/// the spelling of transformers 4 and 5) to logical names, which are MCG-NJU's. The layouts share no name with two meanings, so
/// one map serves them all.
/// </summary>
internal static class KeyMap
{
    /// <summary>The logical name of position tables, which are compared with the computed one and not loaded.</summary>
    public const string PositionTable = "pos_embed";

    /// <summary>Prefixes that wrappers put before every name: distributed training, and v2's backbone files.</summary>
    private static readonly string[] WrapperPrefixes = ["module.", "backbone.", "videomae."];

    private static readonly (string Stored, string Logical)[] BlockPrefixes =
    [
        ("blocks.", "blocks."),
        ("encoder.blocks.", "blocks."),
        ("encoder.layer.", "blocks."),
        ("decoder.blocks.", "decoder.blocks."),
        ("decoder.decoder_layers.", "decoder.blocks."),
    ];

    /// <summary>The modules of a block: logical name and Hugging Face's. The attention's input is apart.</summary>
    public static readonly (string Logical, string HuggingFace)[] HuggingFaceBlockNames =
    [
        ("attn.proj", "attention.output.dense"),
        ("mlp.fc1", "intermediate.dense"),
        ("mlp.fc2", "output.dense"),
        ("norm1", "layernorm_before"),
        ("norm2", "layernorm_after"),
    ];

    /// <summary>Names inside a block; the part says which rows of the logical tensor these are, -1 for all.</summary>
    private static readonly Dictionary<string, (string Logical, int Part)> BlockNames = MakeBlockNames();

    private static readonly Dictionary<string, string> OtherNames = MakeOtherNames();

    /// <summary>Where a stored tensor belongs.</summary>
    /// <param name="Logical">The logical name.</param>
    /// <param name="Part">0, 1, 2 for the query, key and value rows of a stacked tensor; -1 for a whole tensor.</param>
    /// <param name="HuggingFace">Whether only Hugging Face's layout has this name.</param>
    internal readonly record struct Target(string Logical, int Part, bool HuggingFace);

    /// <summary>Translates a stored name; null if no layout has it.</summary>
    public static Target? Translate(string stored)
    {
        var name = stored;
        foreach (var prefix in WrapperPrefixes)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                name = name[prefix.Length..];
        }
        if (OtherNames.TryGetValue(name, out var other))
            return new Target(other, -1, IsHuggingFaceOnly(name)
                || stored.StartsWith("videomae.", StringComparison.Ordinal));
        foreach (var (prefix, logicalPrefix) in BlockPrefixes)
        {
            if (!name.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            var rest = name.AsSpan(prefix.Length);
            var dot = rest.IndexOf('.');
            if (dot < 1
                || !IsIndex(rest[..dot])
                || !BlockNames.TryGetValue(rest[(dot + 1)..].ToString(), out var inBlock))
                continue;
            var huggingFace = !prefix.EndsWith("blocks.", StringComparison.Ordinal);
            return new Target($"{logicalPrefix}{rest[..dot]}.{inBlock.Logical}", inBlock.Part, huggingFace);
        }
        return null;
    }

    /// <summary>Whether a logical tensor belongs to what pretraining has beside the encoder.</summary>
    public static bool IsDecoder(string logical) =>
        logical.StartsWith("decoder.", StringComparison.Ordinal)
        || logical.StartsWith("encoder.norm.", StringComparison.Ordinal)
        || logical is "encoder_to_decoder.weight" or "mask_token";

    /// <summary>
    /// Whether only a checkpoint of pretraining has this logical tensor; the encoder's final norm may be anywhere.
    /// </summary>
    public static bool IsPretraining(string logical) =>
        IsDecoder(logical) && !logical.StartsWith("encoder.norm.", StringComparison.Ordinal);

    private static bool IsHuggingFaceOnly(string name) =>
        name.StartsWith("embeddings.", StringComparison.Ordinal)
        || name.StartsWith("classifier.", StringComparison.Ordinal)
        || name.StartsWith("layernorm.", StringComparison.Ordinal);

    private static bool IsIndex(ReadOnlySpan<char> text) =>
        text.Length is >= 1 and <= 4 && !text.ContainsAnyExceptInRange('0', '9') && (text.Length == 1 || text[0] != '0');

    private static Dictionary<string, (string, int)> MakeBlockNames()
    {
        var names = new Dictionary<string, (string, int)>
        {
            ["attn.qkv.weight"] = ("attn.qkv.weight", -1),
            ["attn.qkv.bias"] = ("attn.qkv.bias", -1),
            ["attn.q_bias"] = ("attn.q_bias", -1),
            ["attn.k_bias"] = ("attn.k_bias", -1),
            ["attn.v_bias"] = ("attn.v_bias", -1),
        };
        string[] parts = ["query", "key", "value"];
        for (var part = 0; part < 3; part++)
        {
            var letter = parts[part][0];
            names.Add($"attention.attention.{parts[part]}.weight", ("attn.qkv.weight", part));
            // transformers 5 writes the first spelling, all published files have the second.
            names.Add($"attention.attention.{parts[part]}.bias", ($"attn.{letter}_bias", -1));
            names.Add($"attention.attention.{letter}_bias", ($"attn.{letter}_bias", -1));
        }
        foreach (var (logical, huggingFace) in HuggingFaceBlockNames)
        {
            foreach (var kind in (string[])["weight", "bias"])
            {
                names.Add($"{logical}.{kind}", ($"{logical}.{kind}", -1));
                names.Add($"{huggingFace}.{kind}", ($"{logical}.{kind}", -1));
            }
        }
        return names;
    }

    private static Dictionary<string, string> MakeOtherNames()
    {
        var names = new Dictionary<string, string>
        {
            ["encoder_to_decoder.weight"] = "encoder_to_decoder.weight",
            ["mask_token"] = "mask_token",
            ["pos_embed"] = PositionTable,
            ["encoder.pos_embed"] = PositionTable,
            ["decoder.pos_embed"] = PositionTable,
            ["position_embeddings"] = PositionTable,
            ["embeddings.position_embeddings"] = PositionTable,
        };
        (string Stored, string Logical)[] modules =
        [
            ("patch_embed.proj", "patch_embed.proj"),
            ("encoder.patch_embed.proj", "patch_embed.proj"),
            ("embeddings.patch_embeddings.projection", "patch_embed.proj"),
            ("fc_norm", "fc_norm"),
            ("head", "head"),
            ("classifier", "head"),
            ("norm", "encoder.norm"),
            ("encoder.norm", "encoder.norm"),
            ("layernorm", "encoder.norm"),
            ("decoder.norm", "decoder.norm"),
            ("decoder.head", "decoder.head"),
        ];
        foreach (var (stored, logical) in modules)
        {
            names.Add($"{stored}.weight", $"{logical}.weight");
            names.Add($"{stored}.bias", $"{logical}.bias");
        }
        return names;
    }
}
