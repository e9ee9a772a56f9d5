using Microsoft.ML;

namespace GardenerML.Interop;

/// <summary>The steps of a fitted or loaded pipeline.</summary>
internal static class ModelSteps
{
    /// <summary>The transformers of a model in their order, however chains are nested.</summary>
    public static IEnumerable<ITransformer> Of(ITransformer model) =>
        model is IEnumerable<ITransformer> chain ? chain.SelectMany(Of) : [model];
}
