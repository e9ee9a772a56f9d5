using GardenerML.Onnx;
using GardenerML.Scoring;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Adds what exported models need to ML.NET's catalog of transforms.</summary>
public static class OnnxCatalog
{
    /// <summary>Names the classes of the scores that ApplyOnnxModel computes, by the metadata of the model.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="onnxModel">The file that <see cref="OnnxExport"/> wrote; only the names are read, now.</param>
    /// <param name="predictedLabelColumnName">The new column of predicted labels, a key.</param>
    /// <param name="scoreColumnName">The column of scores.</param>
    /// <exception cref="InvalidDataException">The file is no ONNX model, or has no names of classes.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ScoreLabelingEstimator LabelScores(
        this TransformsCatalog catalog,
        string onnxModel,
        string predictedLabelColumnName = "PredictedLabel",
        string scoreColumnName = "Score") =>
        catalog.LabelScores(OnnxMetadata.ReadClassNames(onnxModel), predictedLabelColumnName, scoreColumnName);

    /// <summary>Names the classes of the scores that another model computes.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="classNames">The names, in the order of the scores; at least one.</param>
    /// <param name="predictedLabelColumnName">The new column of predicted labels, a key.</param>
    /// <param name="scoreColumnName">The column of scores.</param>
    /// <exception cref="ArgumentException">A column's name is empty, or there are no classes.</exception>
    public static ScoreLabelingEstimator LabelScores(
        this TransformsCatalog catalog,
        IReadOnlyList<string> classNames,
        string predictedLabelColumnName = "PredictedLabel",
        string scoreColumnName = "Score")
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new ScoreLabelingEstimator(
            CatalogUtils.GetEnvironment(catalog), classNames, predictedLabelColumnName, scoreColumnName);
    }
}
