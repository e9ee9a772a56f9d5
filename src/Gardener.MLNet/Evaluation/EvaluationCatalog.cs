using GardenerML.Evaluation;
using GardenerML.Video;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Adds the evaluation of video classifiers to ML.NET's catalog of multiclass classification.</summary>
public static class EvaluationCatalog
{
    /// <summary>Evaluates a video classifier, over several views of each video if wanted.</summary>
    /// <param name="catalog">The catalog; it gives the log.</param>
    /// <param name="model">
    /// A fitted video classifier, or a pipeline that has one, from Fit or from a zip. Its last video classifier is
    /// evaluated; steps behind it play no part.
    /// </param>
    /// <param name="data">
    /// What the model takes: labelled videos before the pipeline, or clips before the bare classifier.
    /// </param>
    /// <param name="options">Views, columns and all else; null for one view.</param>
    /// <remarks>
    /// Each video is decoded once for all its views, ahead on other threads, and nothing is kept but the counts. The
    /// class probabilities (after the softmax) of the views are averaged, as VideoMAE's test does.
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// An option or column is wrong, or the model has no video classifier; the message says what is expected.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// Labels are missing, numbered otherwise than the model's classes, or there is no row; or scores are not finite.
    /// </exception>
    /// <exception cref="VideoReadException">
    /// A video cannot be read and is not to be skipped, or none can be read.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <example>
    /// <code>
    /// var metrics = mlContext.MulticlassClassification.EvaluateVideo(model, test, new() { Views = new(5, 3) });
    /// Console.WriteLine(metrics);
    /// </code>
    /// </example>
    public static VideoClassificationMetrics EvaluateVideo(
        this MulticlassClassificationCatalog catalog,
        ITransformer model,
        IDataView data,
        VideoEvaluationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return VideoModelEvaluator.Evaluate(
            ((IInternalCatalog)catalog).Environment, model, data, options ?? new VideoEvaluationOptions());
    }

    /// <summary>Evaluates rows that any model has scored, in one pass.</summary>
    /// <param name="catalog">The catalog; it gives the log.</param>
    /// <param name="scored">The rows.</param>
    /// <param name="labelColumnName">Name of the label column, a key of as many values as there are scores.</param>
    /// <param name="scoreColumnName">Name of the column of scores: a vector of Single, one score a class.</param>
    /// <param name="skipMissingLabels">
    /// What to do with rows whose label is missing: false refuses them, true leaves them out and counts them.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A column is absent or of another type.</exception>
    /// <exception cref="InvalidOperationException">
    /// Labels are missing or numbered otherwise than the scores, a score is not finite, or there is no row.
    /// </exception>
    public static VideoClassificationMetrics EvaluateVideo(
        this MulticlassClassificationCatalog catalog,
        IDataView scored,
        string labelColumnName = "Label",
        string scoreColumnName = "Score",
        bool skipMissingLabels = false)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return ScoredDataEvaluator.Evaluate(
            ((IInternalCatalog)catalog).Environment, scored, labelColumnName, scoreColumnName, skipMissingLabels);
    }
}
