using GardenerML.Checkpoints;

namespace GardenerML.Pruning;

/// <summary>Chooses the tensors of each block that a <see cref="WeightSet"/> names.</summary>
internal static class BlockTensors
{
    private static readonly string[] Attention = ["attn.qkv", "attn.proj"];
    private static readonly string[] Mlp = ["mlp.fc1", "mlp.fc2"];
    private static readonly string[] Norms = ["norm1", "norm2"];

    /// <summary>Checks that a set names weights at all.</summary>
    /// <exception cref="ArgumentException">It does not, or the blocks of a pattern cannot be told apart by it.</exception>
    public static void Check(WeightSet weights, string? blockPattern)
    {
        if ((weights & ~WeightSet.All) != 0 || (weights & ~WeightSet.Biases) == 0)
            throw new ArgumentException(
                $"The weight set is {weights}; it must hold Attention, Mlp or Norms, and may add Biases.");
        if (blockPattern is not null && weights is not (WeightSet.Matrices or WeightSet.All))
            throw new ArgumentException(
                $"The weight set is {weights}; where blocks are found by a pattern it must be Matrices (all matrices) or All (all tensors).");
    }

    /// <summary>The tensors of each block.</summary>
    public static StoredTensor[][] Of(VideoMaeCheckpoint checkpoint, WeightSet weights)
    {
        Check(weights, null);
        string[] matrices =
            [.. weights.HasFlag(WeightSet.Attention) ? Attention : [], .. weights.HasFlag(WeightSet.Mlp) ? Mlp : []];
        string[] names =
        [
            .. matrices.Select(name => $"{name}.weight"),
            .. weights.HasFlag(WeightSet.Biases) ? matrices.SelectMany(BiasesOf) : [],
            .. weights.HasFlag(WeightSet.Norms) ? Norms.SelectMany(name => (string[])[$"{name}.weight", $"{name}.bias"]) : [],
        ];
        // A model may have no attention biases.
        return [.. Enumerable.Range(0, checkpoint.BlockCount).Select(block => names
            .Select(name => checkpoint.Encoder.GetValueOrDefault($"blocks.{block}.{name}"))
            .SelectMany(tensor => tensor?.Parts ?? [])
            .ToArray())];
    }

    private static string[] BiasesOf(string matrix) =>
        matrix == "attn.qkv" ? ["attn.q_bias", "attn.k_bias", "attn.v_bias"] : [$"{matrix}.bias"];
}
