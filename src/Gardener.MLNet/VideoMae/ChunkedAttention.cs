using static TorchSharp.torch;

namespace GardenerML.VideoMae;

/// <summary>
/// Attention in bfloat16 on the CPU as two matrix products with a softmax between them, a few heads at a time. The products of
/// libtorch's fused kernel for it run at the speed of single precision, a quarter of what separate ones reach.
/// </summary>
internal static class ChunkedAttention
{
    // Scores that are held at a time: they should stay in the last cache, and yet be enough for all processors.
    private const long MostScores = 1 << 22;

    /// <summary>softmax(q k') v.</summary>
    /// <param name="qkv">Queries, divided by the root of their length, keys and values: [3, B, heads, tokens, length].</param>
    /// <returns>[B, heads, tokens, length].</returns>
    public static Tensor Apply(Tensor qkv)
    {
        using var scope = NewDisposeScope();
        long clips = qkv.shape[1], heads = qkv.shape[2], tokens = qkv.shape[3], length = qkv.shape[4];
        var parts = qkv.reshape(3, clips * heads, tokens, length);
        var (queries, keys, values) = (parts[0], parts[1].transpose(1, 2), parts[2]);
        var attended = empty_like(queries);
        var together = Math.Clamp(MostScores / (tokens * tokens), 1, clips * heads);
        for (long first = 0; first < clips * heads; first += together)
        {
            using var chunk = NewDisposeScope();
            var count = Math.Min(together, clips * heads - first);
            var scores = queries.narrow(0, first, count).bmm(keys.narrow(0, first, count)).softmax(-1);
            attended.narrow(0, first, count).copy_(scores.bmm(values.narrow(0, first, count)));
        }
        return attended.view(clips, heads, tokens, length).MoveToOuterDisposeScope();
    }
}
