using GardenerML.Interop;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GardenerML.Scoring;

/// <summary>
/// Names the classes of scores that another model computed, such as ApplyOnnxModel: the score column gets the names as slot names,
/// and the predicted label is the class with the highest score. The columns are then those of a video classifier.
/// </summary>
/// <remarks>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train its
/// parameters?</term><description>No</description></item>
/// <item><term>Input column data type</term><description>Vector of Single: a score for each class</description></item>
/// <item><term>Output column data type</term><description>Known-sized vector of Single, and a key with the names of the classes as
/// values</description></item>
/// <item><term>Required NuGet in addition to Gardener.MLNet</term><description>None</description></item>
/// <item><term>Exportable to ONNX</term><description>No</description></item>
/// </list>
/// </remarks>
public sealed class ScoreLabelingEstimator : IEstimator<ScoreLabelingTransformer>
{
    private readonly IHost _host;
    private readonly ScoreLabelingTransformer _transformer;

    internal ScoreLabelingEstimator(
        IHostEnvironment env, IReadOnlyList<string> classNames, string predictedLabelColumnName, string scoreColumnName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(predictedLabelColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(scoreColumnName);
        ArgumentNullException.ThrowIfNull(classNames);
        if (classNames.Count == 0)
            throw new ArgumentException("There are no names of classes; there must be one for each score.", nameof(classNames));
        _host = env.Register(nameof(ScoreLabelingEstimator));
        _transformer = new ScoreLabelingTransformer(_host, KeyNames.Of(classNames), predictedLabelColumnName, scoreColumnName);
    }

    /// <summary>Checks the schema. Nothing is learnt.</summary>
    /// <param name="input">Data with the score column.</param>
    /// <exception cref="ArgumentOutOfRangeException">The score column is missing or of another type or size.</exception>
    public ScoreLabelingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _transformer.GetOutputSchema(input.Schema);
        return _transformer;
    }

    /// <summary>The schema that the transformer will deliver.</summary>
    /// <param name="inputSchema">The schema of the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">The score column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var scores = _transformer.ScoreColumnName;
        if (!inputSchema.TryFindColumn(scores, out var column))
            throw _host.ExceptSchemaMismatch(nameof(inputSchema), ScoreLabelingTransformer.ScoreRole, scores);
        if (column.Kind == SchemaShape.Column.VectorKind.Scalar || column.ItemType != NumberDataViewType.Single)
            throw _host.ExceptSchemaMismatch(
                nameof(inputSchema), ScoreLabelingTransformer.ScoreRole, scores, _transformer.ScoreTypes, column.GetTypeString());

        var columns = inputSchema.ToDictionary(each => each.Name);
        columns[scores] = new SchemaShape.Column(
            scores, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, false, Annotated(AnnotationUtils.Kinds.SlotNames));
        var predicted = _transformer.PredictedLabelColumnName;
        columns[predicted] = new SchemaShape.Column(
            predicted, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, true, Annotated(AnnotationUtils.Kinds.KeyValues));
        return new SchemaShape(columns.Values);

        static SchemaShape Annotated(string kind) => new(AnnotationUtils.GetTrainerOutputAnnotation().Append(
            new SchemaShape.Column(kind, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, false)));
    }
}
