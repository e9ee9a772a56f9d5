using GardenerML.Checkpoints;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GardenerML.Pruning;

/// <summary>
/// Scores the blocks of a checkpoint by their weights and plans which to remove; the trainer after it builds the model
/// without them. Looks at no data: rows pass through unchanged, and the plan travels as an annotation of the clip column.
/// </summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Property</term><description>Value</description></listheader>
/// <item><term>Needs training data</term><description>no</description></item>
/// <item><term>Input column</term><description>clip (see <see cref="VideoClipDataViewType"/>)</description></item>
/// <item><term>Output column</term><description>the same clips, annotated with the plan</description></item>
/// <item><term>Packages beside this one</term><description>none</description></item>
/// <item><term>Exportable to ONNX</term><description>no</description></item>
/// </list>
/// Method: arXiv 2602.03918.
/// </remarks>
public sealed class PruningEstimator : IEstimator<PruningTransformer>
{
    private readonly IHost _host;
    private readonly PruningOptions _options;

    internal PruningEstimator(IHostEnvironment environment, PruningOptions options)
    {
        Contracts.CheckValue(environment, nameof(environment));
        environment.CheckValue(options, nameof(options));
        options.Validate();
        if (options.BlockPattern is not null)
            throw environment.ExceptParam(
                nameof(options), "BlockPattern is for checkpoints of other transformers, which cannot be trained here; use PlanPruning.");
        _host = environment.Register(nameof(PruningEstimator));
        _options = options;
    }

    /// <summary>Reads the checkpoint and makes the plan.</summary>
    /// <param name="input">Data with the clip column; no row is read.</param>
    /// <exception cref="ArgumentException">The target cannot be reached; the message names what can.</exception>
    /// <exception cref="CheckpointException">The checkpoint cannot be used, or is not the one of the given plan.</exception>
    public PruningTransformer Fit(IDataView input)
    {
        _host.CheckValue(input, nameof(input));
        var clips = ClipType(input.Schema);
        using var channel = _host.Start("Pruning");
        var plan = PruningPlanner.Make(_options, clips, CancellationToken.None);
        channel.Info($"{plan.Removed.Count} of {plan.Blocks.Count} blocks are removed by {plan.Criterion}: "
            + $"{(plan.Removed.Count == 0 ? "none" : string.Join(", ", plan.Removed))} (numbered from 0).");
        return new PruningTransformer(_host, _options.VideoColumnName, plan);
    }

    /// <summary>The schema with the plan among the clip column's annotations; checks that the column is there.</summary>
    /// <param name="inputSchema">The shape of the input.</param>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        if (!inputSchema.TryFindColumn(_options.VideoColumnName, out var column))
            throw _host.ExceptSchemaMismatch(nameof(inputSchema), "clip", _options.VideoColumnName);
        if (column.ItemType is not VideoClipDataViewType)
            throw _host.ExceptSchemaMismatch(
                nameof(inputSchema), "clip", column.Name, "clip, as LoadVideo makes it", column.GetTypeString());

        string[] kinds = [PruningTransformer.PlanAnnotation, PruningTransformer.CheckpointAnnotation];
        var annotations = column.Annotations.Where(annotation => !kinds.Contains(annotation.Name))
            .Concat(kinds.Select(kind =>
                new SchemaShape.Column(kind, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance, false)));
        var columns = inputSchema.ToDictionary(each => each.Name);
        columns[column.Name] = new SchemaShape.Column(column.Name, column.Kind, column.ItemType, false, new SchemaShape(annotations));
        return new SchemaShape(columns.Values);
    }

    private VideoClipDataViewType ClipType(DataViewSchema schema)
    {
        var name = _options.VideoColumnName;
        var column = schema.GetColumnOrNull(name) ?? throw _host.ExceptSchemaMismatch(nameof(schema), "clip", name);
        return column.Type as VideoClipDataViewType
            ?? throw _host.ExceptSchemaMismatch(
                nameof(schema), "clip", name, "clip, as LoadVideo makes it", column.Type.ToString());
    }
}
