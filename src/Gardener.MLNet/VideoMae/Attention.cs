using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GardenerML.VideoMae;

/// <summary>
/// Multi-head self-attention. Query and value have a bias, the key has none: it would add the same to every score of a row,
/// which the softmax takes out again (MCG-NJU/VideoMAE <c>modeling_finetune.py</c>, class Attention).
/// </summary>
internal sealed class Attention : nn.Module<Tensor, Tensor>
{
    private readonly int _heads;
    private readonly Projection _qkv;
    private readonly Parameter? _queryBias;
    private readonly Parameter? _keyBias;
    private readonly Parameter? _valueBias;
    private readonly Tensor? _zeroBias;
    private readonly Projection _proj;

    public Attention(VideoMaeConfiguration configuration, Device device)
        : base(nameof(Attention))
    {
        long width = configuration.Width;
        _heads = configuration.HeadCount;
        _qkv = new Projection([3 * width, width], hasBias: false, device);
        register_module("qkv", _qkv);
        if (configuration.QueryValueBias)
        {
            _queryBias = new Parameter(zeros(width, device: device));
            _valueBias = new Parameter(zeros(width, device: device));
            register_parameter("q_bias", _queryBias);
            register_parameter("v_bias", _valueBias);
            if (configuration.KeyBias)
            {
                _keyBias = new Parameter(zeros(width, device: device));
                register_parameter("k_bias", _keyBias);
            }
            else
            {
                _zeroBias = zeros(width, device: device).DetachFromDisposeScope();
            }
        }
        _proj = new Projection([width, width], hasBias: true, device);
        register_module("proj", _proj);
    }

    /// <summary>[B, tokens, width] -> [B, tokens, width].</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        long tokens = input.shape[1], width = input.shape[2];
        var bias = _queryBias is null ? null : cat([_queryBias, _keyBias ?? _zeroBias!, _valueBias!]);
        var qkv = _qkv.Forward(input, bias);

        // [B, tokens, 3 * width] -> [3, B, heads, tokens, width / heads]
        var heads = qkv.view(-1, tokens, 3, _heads, width / _heads).permute(2, 0, 3, 1, 4);
        var attended = ChunkedAttention.TrainsFaster(heads) ? ChunkedAttention.Attend(heads) : Fused(heads.unbind(0));
        return _proj.forward(attended.transpose(1, 2).reshape(-1, tokens, width)).MoveToOuterDisposeScope();

        static Tensor Fused(Tensor[] parts) => nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2]);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _zeroBias?.Dispose();
        base.Dispose(disposing);
    }
}
