using GardenerML.Checkpoints;
using GardenerML.Interop;
using GardenerML.Pruning;
using GardenerML.Video;
using GardenerML.VideoMae;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GardenerML.Training;

/// <summary>
/// Fine-tunes a VideoMAE checkpoint, pruned by a <see cref="PruningEstimator"/> before it or whole, to label clips.
/// </summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Property</term><description>Value</description></listheader>
/// <item><term>Needs training data</term><description>yes</description></item>
/// <item><term>Input columns</term><description>Label: key; Video: clip (see <see cref="VideoClipDataViewType"/>)</description></item>
/// <item><term>Output columns</term><description>Score: vector of Single, the class probabilities, with slot names;
/// PredictedLabel: key with the label's values</description></item>
/// <item><term>Packages beside this one</term><description>TorchSharp-cpu, TorchSharp-cuda-linux or TorchSharp-cuda-windows; a
/// native package of OpenCvSharp4</description></item>
/// <item><term>Exportable to ONNX</term><description>no</description></item>
/// </list>
/// </remarks>
public sealed class VideoClassifierTrainer : IEstimator<VideoClassifierTransformer>
{
    private readonly IHost _host;
    private readonly int? _contextSeed;
    private readonly VideoClassifierOptions _options;

    internal VideoClassifierTrainer(IHostEnvironment environment, VideoClassifierOptions options)
    {
        Contracts.CheckValue(environment, nameof(environment));
        environment.CheckValue(options, nameof(options));
        options.Validate();
        _host = environment.Register(nameof(VideoClassifierTrainer));
        _contextSeed = (environment as IHostEnvironmentInternal)?.Seed;
        _options = options;
    }

    /// <summary>Trains a model.</summary>
    /// <param name="input">Labelled clips.</param>
    /// <returns>The fitted model; it owns native memory, so dispose it when it is no longer used.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is absent or of another type.</exception>
    /// <exception cref="InvalidOperationException">There is no checkpoint, labels are missing, or the loss is not finite.</exception>
    /// <exception cref="CheckpointException">The checkpoint cannot be used.</exception>
    /// <exception cref="VideoReadException">A video cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public VideoClassifierTransformer Fit(IDataView input)
    {
        _host.CheckValue(input, nameof(input));
        var label = LabelledClipReader.Column(_host, input.Schema, "label", _options.LabelColumnName);
        var classCount = ClassCount(label);
        var video = LabelledClipReader.Column(_host, input.Schema, "clip", _options.VideoColumnName);
        var clipType = ClipType(video);
        var start = ModelStart.Find(_host, _options, video);

        using var channel = _host.Start("Training");
        var seed = _options.Seed ?? _contextSeed ?? _host.Rand.Next();
        var clips = LabelledClipReader.Read(_host, input, _options, classCount, out var groups);
        var (training, validation) = _options.ValidationSet is { } set
            ? (clips, LabelledClipReader.Read(_host, set, _options, classCount, out _))
            : ValidationSplit.Split(clips, groups, _options.ValidationFraction, seed);

        var keyNames = KeyNames.FromColumn(label);
        var model = start.Build(clipType, classCount, seed, TorchBackend.Resolve(_options.Device), channel);
        try
        {
            channel.Info($"Training on {training.Count} clips of {classCount} classes, {validation.Count} for validation, on "
                + $"{model.Device}, seed {seed}.");
            Train(model, training, validation, seed, channel);
            return new VideoClassifierTransformer(_host, model, Describe(start), keyNames);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The schema after fitting; checks the input columns before any data moves.</summary>
    /// <param name="inputSchema">The shape of the input.</param>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        if (!inputSchema.TryFindColumn(_options.VideoColumnName, out var video))
            throw _host.ExceptSchemaMismatch(nameof(inputSchema), "clip", _options.VideoColumnName);
        if (video.ItemType is not VideoClipDataViewType)
            throw _host.ExceptSchemaMismatch(
                nameof(inputSchema), "clip", _options.VideoColumnName, "clip, as LoadVideo makes it", video.GetTypeString());
        if (!inputSchema.TryFindColumn(_options.LabelColumnName, out var label))
            throw _host.ExceptSchemaMismatch(nameof(inputSchema), "label", _options.LabelColumnName);
        if (!label.IsKey)
            throw _host.ExceptSchemaMismatch(
                nameof(inputSchema), "label", _options.LabelColumnName, "key, as MapValueToKey makes it", label.GetTypeString());

        var columns = inputSchema.ToDictionary(column => column.Name);
        columns[_options.ScoreColumnName] = new SchemaShape.Column(
            _options.ScoreColumnName, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, false,
            new SchemaShape(Annotations(AnnotationUtils.Kinds.SlotNames, TextDataViewType.Instance)));
        columns[_options.PredictedLabelColumnName] = new SchemaShape.Column(
            _options.PredictedLabelColumnName, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, true,
            new SchemaShape(label.Annotations.TryFindColumn(AnnotationUtils.Kinds.KeyValues, out var values)
                ? Annotations(AnnotationUtils.Kinds.KeyValues, values.ItemType)
                : AnnotationUtils.GetTrainerOutputAnnotation()));
        return new SchemaShape(columns.Values);

        IEnumerable<SchemaShape.Column> Annotations(string kind, DataViewType itemType) =>
            (label.Annotations.TryFindColumn(AnnotationUtils.Kinds.KeyValues, out _)
                ? new[] { new SchemaShape.Column(kind, SchemaShape.Column.VectorKind.Vector, itemType, false) }
                : []).Concat(AnnotationUtils.GetTrainerOutputAnnotation());
    }

    private void Train(
        VideoMaeClassifier model, List<LabelledClip> training, List<LabelledClip> validation, int seed, IChannel channel)
    {
        var threads = _options.DecodingThreads ?? Environment.ProcessorCount;
        using var trainingClips = new ClipLoader(training, threads, _options.FrameCacheBytes);
        using var validationClips = validation.Count == 0
            ? null
            : new ClipLoader(validation, threads, _options.FrameCacheBytes);
        using var run = new ClassifierTraining(model, _options, seed, channel);
        using var progress = _host.StartProgressChannel("Training");
        run.Run(trainingClips, validationClips, progress);
    }

    private VideoClassifierDescription Describe(ModelStart start) => new()
    {
        VideoColumnName = _options.VideoColumnName,
        ScoreColumnName = _options.ScoreColumnName,
        PredictedLabelColumnName = _options.PredictedLabelColumnName,
        ScoringBatchSize = _options.ScoringBatchSize,
        SavedWeightType = _options.SavedWeightType,
        PruningPlan = start.Plan,
    };

    // The number of classes is the key type's, not that of the labels that happen to occur: a fold may lack a class.
    private int ClassCount(DataViewSchema.Column label)
    {
        if (label.Type is not KeyDataViewType key)
            throw _host.ExceptSchemaMismatch(
                nameof(label), "label", label.Name, "key, as MapValueToKey makes it", label.Type.ToString());
        const int Most = 100_000;
        return key.Count is >= 1 and <= Most
            ? (int)key.Count
            : throw _host.Except(
                $"The key type of the label column '{label.Name}' has {key.Count} values; it must have 1 to {Most}, one a class.");
    }

    private VideoClipDataViewType ClipType(DataViewSchema.Column video)
    {
        if (video.Type is not VideoClipDataViewType type)
            throw _host.ExceptSchemaMismatch(
                nameof(video), "clip", video.Name, "clip, as LoadVideo makes it", video.Type.ToString());
        return type.Height == type.Width
            ? type
            : throw _host.ExceptSchemaMismatch(nameof(video), "clip", video.Name, "clip of square frames", type.ToString());
    }
}
