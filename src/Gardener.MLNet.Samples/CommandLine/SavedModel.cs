using Microsoft.ML;

namespace GardenerML.Samples.CommandLine;

/// <summary>A model zip that is named on the command line.</summary>
internal static class SavedModel
{
    /// <summary>Loads it; the caller disposes it.</summary>
    /// <param name="context">Loads it.</param>
    /// <param name="model">The zip.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidOperationException">It is no model.</exception>
    public static ITransformer Load(MLContext context, FileInfo model)
    {
        if (!model.Exists)
            throw new FileNotFoundException($"{model}: there is no such model zip.");
        try
        {
            return context.Model.Load(model.FullName, out _);
        }
        catch (Exception e)
        {
            // ML.NET wraps the cause once for each loader on the way.
            throw new InvalidOperationException($"{model} cannot be loaded: {e.GetBaseException().Message}", e);
        }
    }
}
