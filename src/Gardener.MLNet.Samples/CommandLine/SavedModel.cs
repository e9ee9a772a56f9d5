using System.IO.Compression;
using Microsoft.ML;

namespace GardenerML.Samples.CommandLine;

/// <summary>A model zip that is named on the command line.</summary>
internal static class SavedModel
{
    /// <summary>Saves it whole or not at all.</summary>
    /// <param name="context">Saves it.</param>
    /// <param name="model">The model.</param>
    /// <param name="schema">The columns of what it was trained on.</param>
    /// <param name="path">The zip; one that is there is replaced.</param>
    public static void Save(MLContext context, ITransformer model, DataViewSchema schema, string path) =>
        OutputFile.Write(path, partial => context.Model.Save(model, schema, partial));

    /// <summary>The transformers of a model in their order, however chains are nested.</summary>
    public static IEnumerable<ITransformer> Steps(ITransformer model) =>
        model is IEnumerable<ITransformer> chain ? chain.SelectMany(Steps) : [model];

    /// <summary>Loads it; the caller disposes it.</summary>
    /// <param name="context">Loads it.</param>
    /// <param name="model">The zip.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidOperationException">It is no model.</exception>
    public static ITransformer Load(MLContext context, FileInfo model)
    {
        if (Directory.Exists(model.FullName))
            throw new InvalidOperationException($"{model} is a folder; this verb wants a model zip, as train writes it.");
        if (!model.Exists)
            throw new FileNotFoundException($"{model}: there is no such model zip.");
        try
        {
            using var zip = ZipFile.OpenRead(model.FullName);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidOperationException($"{model} cannot be loaded: it is no model zip, or it is damaged.", e);
        }
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
