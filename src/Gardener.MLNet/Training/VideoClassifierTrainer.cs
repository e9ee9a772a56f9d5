using GardenerML.Checkpoints;
using GardenerML.Interop;
using GardenerML.Pruning;
using GardenerML.Video;
using GardenerML.VideoMae;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

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
    /// <exception cref="InvalidOperationException">The clips do not fit the model, labels are missing, the
    /// loss is not finite (with a ResumeFolder, the last saved state stays), or the ResumeFolder belongs to another run.</exception>
    /// <exception cref="TorchBackendException">libtorch does not load, or the device is not there.</exception>
    /// <exception cref="CheckpointException">The checkpoint cannot be used.</exception>
    /// <exception cref="VideoReadException">A video cannot be read.</exception>
    /// <exception cref="IOException">The resume or log folder cannot be written, or another run uses it.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled; with a ResumeFolder, the same call goes on from there.</exception>
    public VideoClassifierTransformer Fit(IDataView input)
    {
        _host.CheckValue(input, nameof(input));
        // What can be checked without reading a row is checked first: rows may be videos to decode.
        var columns = TrainingColumns.Find(_host, input.Schema, _options);
        var validationColumns = _options.ValidationSet is { } set ? columns.FindIn(_host, set.Schema, _options) : null;
        var start = ModelStart.Find(_host, _options, columns.Video);
        start.Check(columns.ClipType);
        var device = TorchBackend.Resolve(_options.Device);

        using var channel = _host.Start("Training");
        using var store = _options.ResumeFolder is { } folder ? TrainingStore.Open(folder, _options) : null;
        var seed = _options.Seed ?? store?.Seed() ?? _contextSeed ?? _host.Rand.Next();
        var (training, validation) = ValidationSplit.Read(_host, input, columns, validationColumns, _options, seed, channel);

        var keyNames = KeyNames.FromColumn(columns.Label);
        var (model, headIsNew) = start.Build(columns.ClipType, columns.ClassCount, keyNames?.Texts, seed, device, channel);
        try
        {
            channel.Info($"Training on {training.Count} clips of {columns.ClassCount} classes, {validation.Count} for validation, on "
                + $"{model.Device}, seed {seed}, {_options.Epochs} epoch{(_options.Epochs == 1 ? "" : "s")} ({_options.WarmupEpochs:0.###} of warm-up).");
            var history = Train(model, headIsNew, training, validation, seed, store, channel);
            return new VideoClassifierTransformer(_host, model, Describe(start), keyNames) { TrainingHistory = history };
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
        ClipColumns.Check(_host, inputSchema, _options);
        if (!inputSchema.TryFindColumn(_options.LabelColumnName, out var label))
            throw _host.ExceptSchemaMismatch(nameof(inputSchema), TrainingColumns.LabelRole, _options.LabelColumnName);
        if (!label.IsKey || label.Kind != SchemaShape.Column.VectorKind.Scalar)
            throw _host.ExceptSchemaMismatch(
                nameof(inputSchema), TrainingColumns.LabelRole, label.Name, TrainingColumns.LabelType, label.GetTypeString());

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

    private IReadOnlyList<EpochMetrics> Train(
        VideoMaeClassifier model, bool headIsNew, List<LabelledClip> training, List<LabelledClip> validation, int seed,
        TrainingStore? store, IChannel channel)
    {
        if (_options.FrozenBlocks > model.Configuration.BlockCount)
            throw _host.Except(
                $"FrozenBlocks is {_options.FrozenBlocks}, but the model has {model.Configuration.BlockCount} blocks.");
        var classWeights = _options.ClassWeights.For([.. training.Select(clip => clip.Label)], model.Configuration.ClassCount);
        var geometry = model.Configuration;
        store?.Require(TrainingSettings.Of(_options, seed, model, geometry, null, training, validation));
        using var ownCache = _options.FrameCache is null ? new FrameCache(_options.FrameCacheBytes) : null;
        var (trainingClips, validationClips) = ClipLoader.For(
            _options, geometry, training, validation, _options.FrameCache ?? ownCache!);
        using var step = new ClassificationStep(
            model, _options, seed, classWeights, headIsNew, TrainingLoop.WarnOfSmaller(_options, channel));
        using var loop = new TrainingLoop(step, _options, seed, store, channel);
        using var progress = _host.StartProgressChannel("Training");
        try
        {
            if (!CanCacheFeatures(training))
            {
                loop.Run(trainingClips, validationClips, progress);
                return loop.History;
            }
            using var trainingFeatures = step.Encode(trainingClips);
            using var validationFeatures = validationClips is null ? null : step.Encode(validationClips);
            loop.Run(trainingFeatures, validationFeatures, progress);
            return loop.History;
        }
        finally
        {
            model.ComputeType = ScalarType.Float32;
        }
    }

    // A frozen encoder makes the same of a clip each time, if the clip is the same.
    private bool CanCacheFeatures(List<LabelledClip> training) =>
        _options is { FreezeEncoder: true, CacheFeatures: true, Augmentation: { ChangesClips: false, MixesClips: false } }
        && training.TrueForAll(clip => !clip.Clip.Options.IsRandom);

    private VideoClassifierDescription Describe(ModelStart start) => new()
    {
        VideoColumnName = _options.VideoColumnName,
        ScoreColumnName = _options.ScoreColumnName,
        PredictedLabelColumnName = _options.PredictedLabelColumnName,
        ScoringBatchSize = _options.ScoringBatchSize,
        SavedWeightType = _options.SavedWeightType,
        ScoringPrecision = _options.ScoringPrecision,
        PruningPlan = start.Plan,
    };
}
