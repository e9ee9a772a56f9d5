using GardenerML.Interop;
using static TorchSharp.torch;

namespace GardenerML.VideoMae;

/// <summary>
/// Attention as two matrix products with a softmax between them, a few heads at a time. In bfloat16 on the CPU the products of
/// libtorch's fused kernel run at the speed of single precision or below, forward and even more so backward; separate ones are
/// several times as fast. In single precision the same is true forward where products are faster as convolutions
/// (<see cref="LinearLayer"/>). As in the fused kernel, scores are not kept for the gradient but computed again.
/// </summary>
internal sealed class ChunkedAttention : autograd.SingleTensorFunction<ChunkedAttention>
{
    // Scores that are held at a time: they should stay in the last cache, and yet be enough for all processors.
    private const long MostScores = 1 << 22;

    /// <inheritdoc/>
    public override string Name => nameof(ChunkedAttention);

    /// <summary>Whether this is the faster way without a gradient.</summary>
    /// <param name="qkv">As in <see cref="Attend"/>.</param>
    public static bool IsFaster(Tensor qkv) => TrainsFaster(qkv) || LinearLayer.SuitsConvolution(qkv.dtype, qkv.device, qkv.shape[^2]);

    /// <summary>Whether this is the faster way with one.</summary>
    /// <param name="qkv">As in <see cref="Attend"/>.</param>
    public static bool TrainsFaster(Tensor qkv) => qkv.dtype == ScalarType.BFloat16 && qkv.device.type == TorchSharp.DeviceType.CPU;

    /// <summary>softmax(q k' / root of the length) v, without a gradient.</summary>
    /// <param name="qkv">Queries, keys and values: [3, B, heads, tokens, length].</param>
    /// <returns>[B, heads, tokens, length].</returns>
    public static Tensor Attend(Tensor qkv)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (queries, keys, values) = Parts(qkv);
        var attended = empty_like(queries);
        foreach (var (first, count) in Chunks(queries))
        {
            using var chunk = NewDisposeScope();
            var scores = Products(queries.narrow(0, first, count), keys.narrow(0, first, count)).softmax(-1);
            attended.narrow(0, first, count).copy_(Products(scores, values.narrow(0, first, count).transpose(1, 2)));
        }
        return attended.view(qkv.shape[1..]).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var qkv = (Tensor)vars[0];
        var attended = Attend(qkv);
        ctx.save_for_backward([qkv, attended]);
        return attended;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (qkv, attended) = (ctx.get_saved_variables()[0], ctx.get_saved_variables()[1]);
        var (queries, keys, values) = Parts(qkv);
        var gradient = grad_output.reshape(queries.shape);
        // Of a row p = softmax(s): ds = p * (dp - p . dp), and p . dp is the output's product with its gradient.
        var means = attended.reshape(queries.shape).to(ScalarType.Float32).mul(gradient).sum(-1, keepdim: true).to(qkv.dtype);
        var result = empty([3, .. queries.shape], qkv.dtype, qkv.device);
        foreach (var (first, count) in Chunks(queries))
        {
            using var chunk = NewDisposeScope();
            var (query, key, outer) = (Of(queries), Of(keys), Of(gradient));
            var weights = query.bmm(key.transpose(1, 2)).softmax(-1);
            Of(result[2]).copy_(weights.transpose(1, 2).bmm(outer));
            var scores = outer.bmm(Of(values).transpose(1, 2)).sub_(Of(means)).mul_(weights);
            Of(result[0]).copy_(scores.bmm(key));
            Of(result[1]).copy_(scores.transpose(1, 2).bmm(query));

            Tensor Of(Tensor all) => all.narrow(0, first, count);
        }
        result[0].TimesInPlace(Scale(qkv));
        return [result.view(qkv.shape).MoveToOuterDisposeScope()];
    }

    // Queries, scaled, keys and values, each [B * heads, tokens, length].
    private static (Tensor Queries, Tensor Keys, Tensor Values) Parts(Tensor qkv)
    {
        var parts = qkv.reshape(3, qkv.shape[1] * qkv.shape[2], qkv.shape[3], qkv.shape[4]);
        return (parts[0].Times(Scale(qkv)), parts[1], parts[2]);
    }

    // [n, rows, inner] and [n, columns, inner] -> [n, rows, columns]; n is 1 where they suit convolutions.
    private static Tensor Products(Tensor left, Tensor right) => LinearLayer.SuitsConvolution(left.dtype, left.device, left.shape[1])
        ? LinearLayer.ByConvolution(left, right[0].contiguous(), null)
        : left.bmm(right.transpose(1, 2));

    private static double Scale(Tensor qkv) => 1 / Math.Sqrt(qkv.shape[^1]);

    private static IEnumerable<(long First, long Count)> Chunks(Tensor queries)
    {
        var (all, tokens) = (queries.shape[0], queries.shape[1]);
        var together = LinearLayer.SuitsConvolution(queries.dtype, queries.device, tokens)
            ? 1
            : Math.Clamp(MostScores / (tokens * tokens), 1, all);
        for (long first = 0; first < all; first += together)
            yield return (first, Math.Min(together, all - first));
    }
}
