using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GardenerML.VideoMae;

/// <summary>
/// A linear layer whose weights are left for the caller to fill: torch's own draws them from the global random numbers first.
/// </summary>
internal sealed class Projection : nn.Module<Tensor, Tensor>
{
    private readonly Parameter _weight;
    private readonly Parameter? _bias;

    /// <param name="shape">[outputs, inputs...]; the inputs are flattened in the product.</param>
    /// <param name="hasBias">Whether a bias is added.</param>
    /// <param name="device">Where the weights lie.</param>
    public Projection(long[] shape, bool hasBias, Device device)
        : base(nameof(Projection))
    {
        _weight = new Parameter(zeros(shape, device: device));
        register_parameter("weight", _weight);
        if (hasBias)
        {
            _bias = new Parameter(zeros(shape[0], device: device));
            register_parameter("bias", _bias);
        }
    }

    /// <summary>
    /// What the product is computed in. Other than Float32, input and weights are converted on the way, so that the weights and
    /// their gradients stay in single precision; the output has this type.
    /// </summary>
    internal ScalarType ComputeType { get; set; } = ScalarType.Float32;

    /// <summary>[..., inputs] -> [..., outputs].</summary>
    public override Tensor forward(Tensor input) => Forward(input, _bias);

    /// <summary>The same with a bias that is made for the call.</summary>
    public Tensor Forward(Tensor input, Tensor? bias)
    {
        if (_weight.dim() == 2 && ComputeType == ScalarType.Float32)
            return LinearLayer.Apply(input, _weight, bias);
        using var scope = NewDisposeScope();
        var flat = _weight.dim() == 2 ? _weight : _weight.flatten(1);
        if (ComputeType == ScalarType.Float32)
            return LinearLayer.Apply(input, flat, bias).MoveToOuterDisposeScope();
        return nn.functional.linear(input.to(ComputeType), flat.to(ComputeType), bias?.to(ComputeType)).MoveToOuterDisposeScope();
    }
}
