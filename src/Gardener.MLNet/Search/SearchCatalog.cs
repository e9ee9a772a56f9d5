using GardenerML.Search;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Adds the search for a ratio to an <see cref="MLContext"/>.</summary>
public static class SearchCatalog
{
    /// <summary>The catalog of experiments.</summary>
    /// <remarks>
    /// The package Microsoft.ML.AutoML has an <c>Auto()</c> of its own, on <see cref="MLContext"/>. In a file that uses its
    /// namespace too, that one is the closer match and is called, so that none of its code changes its meaning; there the same
    /// experiments are made by <see cref="CreateGardenerExperiment(MulticlassClassificationCatalog, GardenerExperimentOptions)"/>.
    /// </remarks>
    /// <param name="environment">The context.</param>
    public static GardenerAutoCatalog Auto(this IHostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return new GardenerAutoCatalog(environment);
    }

    /// <summary>The same as <see cref="GardenerAutoCatalog.CreateGardenerExperiment(GardenerExperimentOptions)"/>.</summary>
    /// <param name="catalog">The catalog of multiclass classification.</param>
    /// <param name="options">The checkpoint, the folder and all else.</param>
    public static GardenerExperiment CreateGardenerExperiment(
        this MulticlassClassificationCatalog catalog, GardenerExperimentOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new GardenerExperiment(((Data.IInternalCatalog)catalog).Environment, options);
    }
}
