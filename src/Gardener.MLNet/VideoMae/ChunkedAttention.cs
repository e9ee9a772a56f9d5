using GardenerML.Interop;
using static TorchSharp.torch;

namespace GardenerML.VideoMae;

/// <summary>
/// Attention as two matrix products with a softmax between them, a few heads at a time. In bfloat16 on the CPU the products of
/// libtorch's fused kernel run at the speed of single precision or below, forward and even more so backward; separate ones are
/// several times as fast. In single precision the same is true forward where products are faster as convolutions
/// (<see cref="LinearLayer"/>).
/// </summary>
internal static class ChunkedAttention
{
    // Scores that are held at a time: they should stay in the last cache, and yet be enough for all processors.
    private const long MostScores = 1 << 22;

    // With a gradient, unlike in the fused kernel, the scores are kept: of more tokens they would be most of what is kept.
    private const long MostTrainedTokens = 1024;

    /// <summary>Whether this is the faster way without a gradient.</summary>
    /// <param name="qkv">As in <see cref="Attend"/>.</param>
    public static bool IsFaster(Tensor qkv) =>
        IsBFloat16OnCpu(qkv) || LinearLayer.SuitsConvolution(qkv.dtype, qkv.device, qkv.shape[^2]);

    /// <summary>Whether this is the faster way with one, and keeps little.</summary>
    /// <param name="qkv">As in <see cref="Attend"/>.</param>
    public static bool TrainsFaster(Tensor qkv) => IsBFloat16OnCpu(qkv) && qkv.shape[^2] <= MostTrainedTokens;

    /// <summary>softmax(q k' / root of the length) v.</summary>
    /// <param name="qkv">Queries, keys and values: [3, B, heads, tokens, length].</param>
    /// <returns>[B, heads, tokens, length].</returns>
    public static Tensor Attend(Tensor qkv)
    {
        using var scope = NewDisposeScope();
        long all = qkv.shape[1] * qkv.shape[2], tokens = qkv.shape[3], length = qkv.shape[4];
        var parts = qkv.reshape(3, all, tokens, length);
        var (queries, keys, values) = (parts[0].Times(1 / Math.Sqrt(length)), parts[1], parts[2]);
        var together = LinearLayer.SuitsConvolution(qkv.dtype, qkv.device, tokens) ? 1 : Math.Clamp(MostScores / (tokens * tokens), 1, all);
        var attended = new List<Tensor>();
        for (long first = 0; first < all; first += together)
        {
            using var chunk = NewDisposeScope();
            var count = Math.Min(together, all - first);
            var scores = Products(queries.narrow(0, first, count), keys.narrow(0, first, count)).softmax(-1);
            attended.Add(Products(scores, values.narrow(0, first, count).transpose(1, 2)).MoveToOuterDisposeScope());
        }
        return cat(attended).view(qkv.shape[1..]).MoveToOuterDisposeScope();
    }

    // [n, rows, inner] and [n, columns, inner] -> [n, rows, columns]; n is 1 where they suit convolutions.
    private static Tensor Products(Tensor left, Tensor right) => LinearLayer.SuitsConvolution(left.dtype, left.device, left.shape[1])
        ? LinearLayer.ByConvolution(left, right[0].contiguous(), null)
        : left.bmm(right.transpose(1, 2));

    private static bool IsBFloat16OnCpu(Tensor qkv) =>
        qkv.dtype == ScalarType.BFloat16 && qkv.device.type == TorchSharp.DeviceType.CPU;
}
