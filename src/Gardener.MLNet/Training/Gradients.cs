using GardenerML.Interop;
using static TorchSharp.torch;

namespace GardenerML.Training;

/// <summary>The gradient of all weights together.</summary>
internal static class Gradients
{
    /// <summary>Its Euclidean norm; NaN or infinite if one number of it is.</summary>
    public static double Norm(IEnumerable<TrainedWeight> weights)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var norms = weights.Where(weight => weight.Parameter.grad is not null).Select(weight => weight.Parameter.grad!.norm()).ToArray();
        return norms.Length == 0 ? 0 : stack(norms).norm().ToNumber();
    }

    /// <summary>Scales a gradient that is longer than the limit down to it (<c>torch.nn.utils.clip_grad_norm_</c>).</summary>
    public static void Clip(IEnumerable<TrainedWeight> weights, double norm, double limit)
    {
        if (limit == 0 || norm <= limit)
            return;
        using var noGradient = no_grad();
        foreach (var weight in weights)
        {
            using var gradient = weight.Parameter.grad;
            gradient?.TimesInPlace(limit / (norm + 1e-6));
        }
    }

    /// <summary>The first weight whose gradient is not finite; null if there is none.</summary>
    public static string? FirstNotFinite(IEnumerable<TrainedWeight> weights)
    {
        using var scope = NewDisposeScope();
        return weights.FirstOrDefault(weight => weight.Parameter.grad is { } gradient && !gradient.IsFinite())?.Name;
    }
}
