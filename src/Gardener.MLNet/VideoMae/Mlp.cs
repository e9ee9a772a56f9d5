using static TorchSharp.torch;

namespace GardenerML.VideoMae;

/// <summary>fc2(gelu(fc1(x))), with the exact (erf) GELU.</summary>
internal sealed class Mlp : nn.Module<Tensor, Tensor>
{
    private readonly Projection _fc1;
    private readonly Projection _fc2;

    public Mlp(VideoMaeConfiguration configuration, Device device)
        : base(nameof(Mlp))
    {
        _fc1 = new Projection([configuration.MlpWidth, configuration.Width], hasBias: true, device);
        _fc2 = new Projection([configuration.Width, configuration.MlpWidth], hasBias: true, device);
        register_module("fc1", _fc1);
        register_module("fc2", _fc2);
    }

    /// <summary>[B, tokens, width] -> [B, tokens, width].</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _fc2.forward(nn.functional.gelu(_fc1.forward(input))).MoveToOuterDisposeScope();
    }
}
