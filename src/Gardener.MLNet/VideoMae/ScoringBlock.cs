using GardenerML.Interop;
using static TorchSharp.torch;

namespace GardenerML.VideoMae;

/// <summary>A transformer block of a <see cref="ScoringPass"/>: the formula of <see cref="TransformerBlock"/>, in place.</summary>
internal sealed class ScoringBlock : IDisposable
{
    private readonly VideoMaeConfiguration _configuration;
    private readonly ScalarType _type;
    private readonly List<Tensor> _made = [];
    private readonly (Tensor Weight, Tensor Bias) _norm1;
    private readonly (Tensor Weight, Tensor? Bias) _qkv;
    private readonly (Tensor Weight, Tensor? Bias) _proj;
    private readonly (Tensor Weight, Tensor Bias) _norm2;
    private readonly (Tensor Weight, Tensor? Bias) _fc1;
    private readonly (Tensor Weight, Tensor? Bias) _fc2;

    /// <summary>Makes the weights ready, inside a dispose scope, from which the caller takes <see cref="Made"/>.</summary>
    /// <param name="configuration">The model's geometry.</param>
    /// <param name="weights">The model's parameters by name.</param>
    /// <param name="block">The block's number.</param>
    /// <param name="type">What matrix products are computed in.</param>
    public ScoringBlock(VideoMaeConfiguration configuration, IReadOnlyDictionary<string, Tensor> weights, int block, ScalarType type)
    {
        (_configuration, _type) = (configuration, type);
        var prefix = $"blocks.{block}.";
        _qkv = (Ready(weights[prefix + "attn.qkv.weight"]), JoinedBias() is { } bias ? Kept(bias.to(type)) : null);
        _proj = Layer("attn.proj");
        _fc1 = Layer("mlp.fc1");
        _fc2 = Layer("mlp.fc2");
        _norm1 = (weights[prefix + "norm1.weight"], weights[prefix + "norm1.bias"]);
        _norm2 = (weights[prefix + "norm2.weight"], weights[prefix + "norm2.bias"]);

        Tensor? JoinedBias()
        {
            if (!weights.TryGetValue(prefix + "attn.q_bias", out var query))
                return null;
            var key = weights.TryGetValue(prefix + "attn.k_bias", out var own) ? own : zeros_like(query);
            return cat([query, key, weights[prefix + "attn.v_bias"]]);
        }

        (Tensor, Tensor?) Layer(string name) => (Ready(weights[prefix + name + ".weight"]), Ready(weights[prefix + name + ".bias"]));

        // Single precision needs no second copy of what the model has.
        Tensor Ready(Tensor weight) => type == ScalarType.Float32 ? weight : Kept(weight.to(type));

        Tensor Kept(Tensor made)
        {
            _made.Add(made);
            return made;
        }
    }

    /// <summary>The tensors that are not the model's own.</summary>
    public IReadOnlyList<Tensor> Made => _made;

    /// <summary>Tokens [B, tokens, width], in place.</summary>
    public void Apply(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        tokens.PlusInPlace(Attend(Normalise(tokens, _norm1)));
        var hidden = Linear(Normalise(tokens, _norm2), _fc1);
        tokens.PlusInPlace(Linear(hidden.gelu_(), _fc2));
    }

    private Tensor Normalise(Tensor tokens, (Tensor Weight, Tensor Bias) norm) => nn.functional.layer_norm(
        tokens, [_configuration.Width], norm.Weight, norm.Bias, _configuration.LayerNormEpsilon).to(_type);

    private static Tensor Linear(Tensor input, (Tensor Weight, Tensor? Bias) layer) =>
        LinearLayer.Apply(input, layer.Weight, layer.Bias);

    private Tensor Attend(Tensor input)
    {
        using var scope = NewDisposeScope();
        long clips = input.shape[0], tokens = input.shape[1], heads = _configuration.HeadCount;
        // [B, tokens, 3 * width] -> [3, B, heads, tokens, width / heads]
        var qkv = Linear(input, _qkv).view(clips, tokens, 3, heads, -1).permute(2, 0, 3, 1, 4);
        var attended = ChunkedAttention.IsFaster(qkv)
            ? ChunkedAttention.Attend(qkv)
            : nn.functional.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2]);
        return Linear(attended.transpose(1, 2).reshape(clips, tokens, -1), _proj).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var tensor in _made)
            tensor.Dispose();
    }
}
