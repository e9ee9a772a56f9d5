using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GardenerML.Video;

/// <summary>Makes a column of <see cref="VideoClip"/> values from video files or encoded videos.</summary>
/// <remarks>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train its
/// parameters?</term><description>No</description></item>
/// <item><term>Input column data type</term><description>Text (a path), or a vector of Byte (an encoded
/// video)</description></item>
/// <item><term>Output column data type</term><description><see cref="VideoClipDataViewType"/></description></item>
/// <item><term>Required NuGet in addition to Gardener.MLNet</term><description>OpenCvSharp's native package for the
/// system</description></item>
/// <item><term>Exportable to ONNX</term><description>No</description></item>
/// </list>
/// </remarks>
public sealed class VideoLoadingEstimator : IEstimator<VideoLoadingTransformer>
{
    private readonly IHost _host;
    private readonly VideoLoadingTransformer _transformer;

    internal VideoLoadingEstimator(
        IHostEnvironment env,
        string outputColumnName,
        string inputColumnName,
        string? folder,
        VideoLoadingOptions? options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(inputColumnName);
        options ??= new VideoLoadingOptions();
        options.Validate();
        if (!string.IsNullOrEmpty(folder) && !Directory.Exists(folder))
            throw new DirectoryNotFoundException(
                $"There is no folder '{folder}'{VideoFile.LookedForAs(folder, Path.GetFullPath(folder))} to load videos from.");
        _host = env.Register(nameof(VideoLoadingEstimator));
        _transformer = new VideoLoadingTransformer(_host, outputColumnName, inputColumnName, folder, options);
    }

    /// <summary>Checks the schema. Nothing is learnt and no video is opened.</summary>
    /// <param name="input">Data with the input column.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or of another type.</exception>
    public VideoLoadingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _transformer.GetOutputSchema(input.Schema);
        return _transformer;
    }

    /// <summary>The schema that the transformer will deliver.</summary>
    /// <param name="inputSchema">The schema of the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        if (!inputSchema.TryFindColumn(_transformer.InputColumnName, out var column))
            throw _host.ExceptSchemaMismatch(
                nameof(inputSchema), VideoLoadingTransformer.InputRole, _transformer.InputColumnName);
        bool text = column.Kind == SchemaShape.Column.VectorKind.Scalar && column.ItemType is TextDataViewType;
        bool bytes = column.Kind != SchemaShape.Column.VectorKind.Scalar && column.ItemType == NumberDataViewType.Byte
            && !column.IsKey;
        if (!text && !bytes)
            throw _host.ExceptSchemaMismatch(nameof(inputSchema), VideoLoadingTransformer.InputRole, column.Name,
                VideoLoadingTransformer.InputTypes, column.GetTypeString());

        var columns = inputSchema.ToDictionary(each => each.Name);
        columns[_transformer.OutputColumnName] = new SchemaShape.Column(
            _transformer.OutputColumnName, SchemaShape.Column.VectorKind.Scalar, _transformer.ClipType, false);
        return new SchemaShape(columns.Values);
    }
}
