using GardenerML.VideoMae;
using TorchSharp;
using static TorchSharp.torch;

namespace GardenerML.Benchmarks;

/// <summary>
/// The matrix products of a forward pass alone, by the faster way that there is for each, where possible into memory that is there
/// already: what a pass could be if everything else were free.
/// </summary>
internal sealed class MatrixProducts : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly List<Action> _clip = [];
    private readonly List<Action> _block = [];
    private readonly long _passes;
    private readonly int _blocks;

    /// <param name="configuration">The model's geometry.</param>
    /// <param name="batch">Clips.</param>
    /// <param name="together">Clips whose tokens are rows of one product; divides the batch.</param>
    /// <param name="type">What is computed in.</param>
    public MatrixProducts(VideoMaeConfiguration configuration, int batch, int together, ScalarType type)
    {
        long tokens = configuration.TokenCount, width = configuration.Width, heads = configuration.HeadCount;
        long rows = together * tokens, length = width / heads;
        (_passes, _blocks) = (batch / together, configuration.BlockCount);
        _clip.Add(Product(rows, configuration.TubeletPixelCount, width));
        _block.Add(Product(rows, width, 3 * width));
        _block.Add(Product(rows, width, width));
        _block.Add(Product(rows, width, configuration.MlpWidth));
        _block.Add(Product(rows, configuration.MlpWidth, width));
        if (tokens * tokens > 1 << 20)
        {
            var (scores, values) = (Product(tokens, length, tokens), Product(tokens, tokens, length));
            for (var head = 0; head < together * heads; head++)
                _block.AddRange(scores, values);
        }
        else
        {
            // Small ones in one call, which cannot be told where to write.
            var (query, key) = (Numbers(together * heads, tokens, length), Numbers(together * heads, length, tokens));
            var (score, value) = (Numbers(together * heads, tokens, tokens), Numbers(together * heads, tokens, length));
            _block.Add(() => query.bmm(key).Dispose());
            _block.Add(() => score.bmm(value).Dispose());
        }

        Tensor Numbers(params long[] shape) => rand(shape).to(type);

        Action Product(long outer, long inner, long outputs)
        {
            var (left, weights, result) = (Numbers(outer, inner), Numbers(outputs, inner), Numbers(outer, outputs));
            var right = weights.t();
            return LinearLayer.SuitsConvolution(type, left.device, outer)
                ? () => LinearLayer.ByConvolution(left, weights, null).Dispose()
                : () => result.addmm_(left, right, 0, 1);
        }
    }

    public void Run()
    {
        using var inference = inference_mode();
        for (var pass = 0; pass < _passes; pass++)
        {
            _clip.ForEach(product => product());
            for (var block = 0; block < _blocks; block++)
                _block.ForEach(product => product());
        }
    }

    public void Dispose() => _scope.Dispose();
}
