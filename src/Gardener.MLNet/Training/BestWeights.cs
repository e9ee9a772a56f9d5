using static TorchSharp.torch;

namespace GardenerML.Training;

/// <summary>A copy of the weights of the best epoch, in main memory.</summary>
internal sealed class BestWeights(IReadOnlyList<TrainedWeight> weights) : IDisposable
{
    private Tensor[] _copies = [];

    /// <summary>Whether nothing is kept yet.</summary>
    public bool IsEmpty => _copies.Length == 0;

    /// <summary>The copies by the names of the weights.</summary>
    public IEnumerable<(string Name, Tensor Values)> State => weights.Zip(_copies, (weight, copy) => (weight.Name, copy));

    /// <summary>Copies the weights as they are.</summary>
    public void Keep()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (IsEmpty)
        {
            _copies = [.. weights.Select(weight => weight.Parameter.detach().to(CPU, copy: true).DetachFromDisposeScope())];
            return;
        }
        for (var i = 0; i < _copies.Length; i++)
            _copies[i].copy_(weights[i].Parameter);
    }

    /// <summary>Puts the copies back.</summary>
    public void Restore()
    {
        using var noGradient = no_grad();
        for (var i = 0; i < _copies.Length; i++)
            weights[i].Parameter.copy_(_copies[i]);
    }

    public void Dispose()
    {
        foreach (var copy in _copies)
            copy.Dispose();
        _copies = [];
    }
}
