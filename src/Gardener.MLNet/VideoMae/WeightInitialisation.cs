using GardenerML.Interop;
using static TorchSharp.torch;

namespace GardenerML.VideoMae;

/// <summary>Random weights for a model that is trained from nothing, and for the new head of a fine-tuned one.</summary>
internal static class WeightInitialisation
{
    /// <summary>Standard deviation of every matrix, as in MCG-NJU/VideoMAE <c>modeling_finetune.py</c>.</summary>
    private const double Spread = 0.02;

    /// <summary>Fills a model: matrices normal, truncated at two standard deviations; biases 0; norms 1 and 0.</summary>
    /// <param name="model">The model.</param>
    /// <param name="generator">Where the random numbers come from.</param>
    /// <param name="include">Which parameters are filled, by name.</param>
    public static void Fill(nn.Module model, Generator generator, Func<string, bool> include)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var (name, parameter) in model.named_parameters())
        {
            if (!include(name))
                continue;
            if (parameter.dim() > 1)
                parameter.copy_(TruncatedNormal(parameter.shape, generator));
            else if (name.Contains("norm", StringComparison.Ordinal) && name.EndsWith("weight", StringComparison.Ordinal))
                parameter.Fill(1);
            else
                parameter.zero_();
        }
    }

    /// <summary>
    /// Fills a model of masked pretraining: matrices uniform by Glorot and Bengio (query, key and value as one matrix), the mask token
    /// normal with deviation 0.02, biases 0, norms 1 and 0.
    /// </summary>
    /// <remarks>
    /// MCG-NJU/VideoMAE's <c>modeling_pretrain.py</c> does the same to encoder and decoder, except that it leaves the patch embedding
    /// (weight and bias) and the projection to the decoder at PyTorch's default, uniform within 1 / sqrt(inputs), and truncates the
    /// mask token at one standard deviation; here it is two.
    /// </remarks>
    /// <param name="model">The model.</param>
    /// <param name="generator">Where the random numbers come from.</param>
    /// <param name="include">Which parameters are filled, by name.</param>
    public static void FillForPretraining(nn.Module model, Generator generator, Func<string, bool> include)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Fill(model, generator, include);
        foreach (var (name, parameter) in model.named_parameters())
        {
            if (!include(name) || parameter.dim() < 2 || name == "mask_token")
                continue;
            var (outputs, inputs) = (parameter.shape[0], parameter.numel() / parameter.shape[0]);
            var bound = Math.Sqrt(6.0 / (inputs + outputs));
            parameter.copy_(rand(parameter.shape, generator: generator).TimesInPlace(2 * bound).MinusInPlace(bound));
        }
    }

    private static Tensor TruncatedNormal(long[] shape, Generator generator)
    {
        // Inverse transform: erfinv of a uniform number between erf(-2 / sqrt 2) and erf(2 / sqrt 2).
        const double Bound = 0.954499736103642;
        return rand(shape, generator: generator).TimesInPlace(2 * Bound).MinusInPlace(Bound).erfinv_().TimesInPlace(Math.Sqrt(2) * Spread);
    }
}
