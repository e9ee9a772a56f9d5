using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace GardenerML.Video;

/// <summary>Makes a column of vectors from a column of <see cref="VideoClip"/> values, for models that take numbers.</summary>
/// <remarks>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train its
/// parameters?</term><description>No</description></item>
/// <item><term>Input column data type</term><description><see cref="VideoClipDataViewType"/></description></item>
/// <item><term>Output column data type</term><description>Known-sized vector of Single [3, frames, height, width] or of Byte
/// [frames, height, width, 3], by <see cref="ClipTensorOptions.Layout"/></description></item>
/// <item><term>Required NuGet in addition to Gardener.MLNet</term><description>OpenCvSharp's native package for the
/// system</description></item>
/// <item><term>Exportable to ONNX</term><description>No</description></item>
/// </list>
/// </remarks>
public sealed class ClipTensorEstimator : IEstimator<ClipTensorTransformer>
{
    private readonly IHost _host;
    private readonly ClipTensorTransformer _transformer;

    internal ClipTensorEstimator(
        IHostEnvironment env, string outputColumnName, string inputColumnName, ClipTensorOptions? options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(inputColumnName);
        options ??= new ClipTensorOptions();
        options.Validate();
        _host = env.Register(nameof(ClipTensorEstimator));
        _transformer = new ClipTensorTransformer(_host, outputColumnName, inputColumnName, options);
    }

    /// <summary>Checks the schema. Nothing is learnt and no video is opened.</summary>
    /// <param name="input">Data with the clip column.</param>
    /// <exception cref="ArgumentOutOfRangeException">The clip column is missing or of another type.</exception>
    public ClipTensorTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _transformer.GetOutputSchema(input.Schema);
        return _transformer;
    }

    /// <summary>The schema that the transformer will deliver.</summary>
    /// <param name="inputSchema">The schema of the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">The clip column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        if (!inputSchema.TryFindColumn(_transformer.InputColumnName, out var column))
            throw _host.ExceptSchemaMismatch(nameof(inputSchema), ClipTensorTransformer.InputRole, _transformer.InputColumnName);
        if (column.Kind != SchemaShape.Column.VectorKind.Scalar || column.ItemType is not VideoClipDataViewType)
            throw _host.ExceptSchemaMismatch(nameof(inputSchema), ClipTensorTransformer.InputRole, column.Name,
                ClipTensorTransformer.InputTypes, column.GetTypeString());

        var columns = inputSchema.ToDictionary(each => each.Name);
        columns[_transformer.OutputColumnName] = new SchemaShape.Column(
            _transformer.OutputColumnName, SchemaShape.Column.VectorKind.Vector, _transformer.ItemType, false);
        return new SchemaShape(columns.Values);
    }
}
