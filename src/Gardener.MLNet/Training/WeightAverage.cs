using GardenerML.Interop;
using static TorchSharp.torch;

namespace GardenerML.Training;

/// <summary>An exponential moving average of the weights.</summary>
internal sealed class WeightAverage : IDisposable
{
    private readonly IReadOnlyList<TrainedWeight> _weights;
    private readonly double _kept;
    private readonly Tensor[] _averages;

    /// <summary>Begins with the weights as they are.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="kept">The share that the average keeps in a step.</param>
    public WeightAverage(IReadOnlyList<TrainedWeight> weights, double kept)
    {
        (_weights, _kept) = (weights, kept);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        _averages = [.. weights.Select(weight => weight.Parameter.detach().clone().DetachFromDisposeScope())];
    }

    /// <summary>The averages by the names of the weights.</summary>
    public IEnumerable<(string Name, Tensor Values)> State =>
        _weights.Select((weight, i) => ($"average.{weight.Name}", _averages[i]));

    /// <summary>Takes in the weights after a step: average = kept * average + (1 - kept) * weight.</summary>
    public void Update()
    {
        using var noGradient = no_grad();
        for (var i = 0; i < _averages.Length; i++)
            _averages[i].TimesInPlace(_kept).PlusInPlace(_weights[i].Parameter, 1 - _kept);
    }

    /// <summary>Puts the average in the place of the weights, until the returned object is disposed.</summary>
    public IDisposable InPlace()
    {
        Exchange();
        return new Back(this);
    }

    /// <summary>Exchanges average and weights.</summary>
    public void Exchange()
    {
        using var noGradient = no_grad();
        for (var i = 0; i < _averages.Length; i++)
        {
            using var weight = _weights[i].Parameter.clone();
            _weights[i].Parameter.copy_(_averages[i]);
            _averages[i].copy_(weight);
        }
    }

    public void Dispose()
    {
        foreach (var average in _averages)
            average.Dispose();
    }

    private sealed class Back(WeightAverage owner) : IDisposable
    {
        public void Dispose() => owner.Exchange();
    }
}
