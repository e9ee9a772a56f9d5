using GardenerML.Interop;
using static TorchSharp.torch;

namespace GardenerML.Training;

/// <summary>
/// AdamW (arXiv 1711.05101, algorithm 2) as <c>torch.optim.AdamW</c> computes it, with a learning rate and a weight decay for
/// each weight, and all of its state in the open, so that it can be saved and restored exactly.
/// </summary>
internal sealed class AdamWOptimizer : IDisposable
{
    private const double Epsilon = 1e-8;

    private readonly IReadOnlyList<TrainedWeight> _weights;
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly Tensor[] _means;
    private readonly Tensor[] _squares;

    /// <summary>Begins with no gradients seen.</summary>
    public AdamWOptimizer(IReadOnlyList<TrainedWeight> weights, double beta1, double beta2)
    {
        (_weights, _beta1, _beta2) = (weights, beta1, beta2);
        _means = [.. weights.Select(weight => zeros_like(weight.Parameter).DetachFromDisposeScope())];
        _squares = [.. weights.Select(weight => zeros_like(weight.Parameter).DetachFromDisposeScope())];
        foreach (var moment in _means.Concat(_squares))
            moment.requires_grad = false;
    }

    /// <summary>Steps done.</summary>
    public int StepCount { get; set; }

    /// <summary>The decaying means of gradients and of squared gradients, by name.</summary>
    public IEnumerable<(string Name, Tensor Values)> State => _weights.SelectMany(
        (weight, i) => new[] { ($"mean.{weight.Name}", _means[i]), ($"square.{weight.Name}", _squares[i]) });

    /// <summary>Changes the weights by their gradients; a weight without one stays as it is.</summary>
    /// <param name="rate">The learning rate where <see cref="TrainedWeight.RateScale"/> is 1.</param>
    public void Step(double rate)
    {
        using var noGradient = no_grad();
        StepCount++;
        var correction1 = 1 - Math.Pow(_beta1, StepCount);
        var correction2 = Math.Sqrt(1 - Math.Pow(_beta2, StepCount));
        for (var i = 0; i < _weights.Count; i++)
        {
            using var scope = NewDisposeScope();
            var (parameter, own) = (_weights[i].Parameter, rate * _weights[i].RateScale);
            if (parameter.grad is not { } gradient)
                continue;
            // w -= lr decay w; m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g g; w -= lr / c1 * m / (sqrt(v) / c2 + eps)
            if (_weights[i].Decay > 0)
                parameter.TimesInPlace(1 - own * _weights[i].Decay);
            _means[i].TimesInPlace(_beta1).PlusInPlace(gradient, 1 - _beta1);
            _squares[i].TimesInPlace(_beta2).PlusProductInPlace(gradient, gradient, 1 - _beta2);
            var denominator = _squares[i].sqrt().DividedInPlace(correction2).PlusInPlace(Epsilon);
            parameter.PlusQuotientInPlace(_means[i], denominator, -own / correction1);
        }
    }

    /// <summary>Forgets the gradients.</summary>
    public void ClearGradients()
    {
        foreach (var weight in _weights)
            weight.Parameter.grad = null;
    }

    public void Dispose()
    {
        foreach (var moment in _means.Concat(_squares))
            moment.Dispose();
    }
}
