using GardenerML.Interop;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GardenerML.VideoMae;

/// <summary>A pre-norm transformer block: x += attn(norm1(x)); x += mlp(norm2(x)).</summary>
internal sealed class TransformerBlock : nn.Module<Tensor, Tensor>
{
    private readonly LayerNorm _norm1;
    private readonly Attention _attn;
    private readonly LayerNorm _norm2;
    private readonly Mlp _mlp;

    public TransformerBlock(VideoMaeConfiguration configuration, Device device)
        : base(nameof(TransformerBlock))
    {
        _norm1 = nn.LayerNorm(configuration.Width, configuration.LayerNormEpsilon, device: device);
        _attn = new Attention(configuration, device);
        _norm2 = nn.LayerNorm(configuration.Width, configuration.LayerNormEpsilon, device: device);
        _mlp = new Mlp(configuration, device);
        register_module("norm1", _norm1);
        register_module("attn", _attn);
        register_module("norm2", _norm2);
        register_module("mlp", _mlp);
    }

    /// <summary>[B, tokens, width] -> [B, tokens, width].</summary>
    public override Tensor forward(Tensor input) => Forward(input, residual => residual);

    /// <summary>The same, with what training does to each residual before it is added (stochastic depth).</summary>
    internal Tensor Forward(Tensor input, Func<Tensor, Tensor> residual)
    {
        using var scope = NewDisposeScope();
        var attended = input.Plus(residual(_attn.forward(_norm1.forward(input))));
        return attended.Plus(residual(_mlp.forward(_norm2.forward(attended)))).MoveToOuterDisposeScope();
    }
}
