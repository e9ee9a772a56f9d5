using GardenerML.Sensitivity;

namespace Microsoft.ML;

/// <summary>Adds the sensitivity of blocks to ML.NET's catalog of multiclass classification.</summary>
public static class SensitivityCatalog
{
    /// <summary>
    /// Measures what the removal of each block of a VideoMAE checkpoint costs in accuracy, with fine-tuning after each
    /// removal or without. The same as <see cref="GardenerML.Gardener.MeasureSensitivity"/>, with this context's seed, log
    /// and progress.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="data">The clips that are measured on: a label column (a key) and a clip column.</param>
    /// <param name="options">The checkpoint, the training set and all else.</param>
    public static SensitivityResult MeasureSensitivity(
        this MulticlassClassificationCatalog catalog, IDataView data, SensitivityOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return SensitivityAnalysis.Run(((Data.IInternalCatalog)catalog).Environment, data, options);
    }
}
