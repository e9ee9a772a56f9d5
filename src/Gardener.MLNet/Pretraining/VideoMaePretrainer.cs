using GardenerML.Checkpoints;
using GardenerML.Interop;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace GardenerML.Pretraining;

/// <summary>
/// Pretrains a VideoMAE without labels: most of each clip is hidden, and the model learns to fill it in (masked autoencoding,
/// arXiv 2203.12602). The result is a checkpoint to prune and fine-tune, and a transformer that adds the encoder's features.
/// </summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>Property</term><description>Value</description></listheader>
/// <item><term>Needs training data</term><description>yes; no labels</description></item>
/// <item><term>Input columns</term><description>Video: clip (see <see cref="VideoClipDataViewType"/>)</description></item>
/// <item><term>Output columns</term><description>Features: vector of Single, the mean over the encoder's tokens</description></item>
/// <item><term>Packages beside this one</term><description>TorchSharp-cpu, TorchSharp-cuda-linux or TorchSharp-cuda-windows; a
/// native package of OpenCvSharp4</description></item>
/// <item><term>Exportable to ONNX</term><description>no</description></item>
/// </list>
/// </remarks>
public sealed class VideoMaePretrainer : IEstimator<VideoMaePretrainedTransformer>
{
    private readonly IHost _host;
    private readonly int? _contextSeed;
    private readonly VideoMaePretrainingOptions _options;

    internal VideoMaePretrainer(IHostEnvironment environment, VideoMaePretrainingOptions options)
    {
        Contracts.CheckValue(environment, nameof(environment));
        environment.CheckValue(options, nameof(options));
        options.Validate();
        _host = environment.Register(nameof(VideoMaePretrainer));
        _contextSeed = (environment as IHostEnvironmentInternal)?.Seed;
        _options = options;
    }

    /// <summary>Pretrains a model.</summary>
    /// <param name="input">Clips.</param>
    /// <returns>The fitted model; it owns native memory, so dispose it when it is no longer used.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is absent or of another type.</exception>
    /// <exception cref="ArgumentException">The mask ratio hides no patch of these clips, or all.</exception>
    /// <exception cref="InvalidOperationException">There is nothing to start from, the clips do not fit the model or carry a pruning
    /// plan, the loss is not finite (with a ResumeFolder, the last saved state stays), or the ResumeFolder belongs to another
    /// run.</exception>
    /// <exception cref="TorchBackendException">libtorch does not load, or the device is not there.</exception>
    /// <exception cref="CheckpointException">The checkpoint cannot be used.</exception>
    /// <exception cref="VideoReadException">A video cannot be read.</exception>
    /// <exception cref="IOException">The resume or log folder cannot be written, or another run uses it.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled; with a ResumeFolder, the same call goes on from there.</exception>
    public VideoMaePretrainedTransformer Fit(IDataView input)
    {
        _host.CheckValue(input, nameof(input));
        // What can be checked without reading a row is checked first: rows may be videos to decode.
        var columns = ClipColumns.Find(_host, input.Schema, _options);
        var validationColumns = _options.ValidationSet is { } set ? ClipColumns.Find(_host, set.Schema, _options) : null;
        if (validationColumns is not null)
            columns.RequireSameClips(_host, validationColumns);
        PretrainingStart.Check(_options, columns);
        var device = TorchBackend.Resolve(_options.Device);

        using var channel = _host.Start("Pretraining");
        using var store = _options.ResumeFolder is { } folder ? TrainingStore.Open(folder, _options) : null;
        var seed = _options.Seed ?? store?.Seed() ?? _contextSeed ?? _host.Rand.Next();
        var (training, validation) = ValidationSplit.Read(_host, input, columns, validationColumns, _options, seed, channel);

        var model = PretrainingStart.Build(_options, columns.ClipType, seed, device, channel);
        try
        {
            channel.Info($"Pretraining on {training.Count} clips, {validation.Count} for validation, on {device}, seed {seed}.");
            var history = Train(model, training, validation, seed, store, channel);
            return new VideoMaePretrainedTransformer(_host, model, VideoMaePretrainedDescription.Of(_options)) { TrainingHistory = history };
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
        var columns = inputSchema.ToDictionary(column => column.Name);
        columns[_options.FeatureColumnName] = new SchemaShape.Column(
            _options.FeatureColumnName, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, false);
        return new SchemaShape(columns.Values);
    }

    private IReadOnlyList<EpochMetrics> Train(
        VideoMae.VideoMaePretrainingModel model, List<LabelledClip> training, List<LabelledClip> validation, int seed,
        TrainingStore? store, IChannel channel)
    {
        var encoder = model.Configuration;
        store?.Require(TrainingSettings.Of(_options, seed, model, encoder, model.Decoder, training, validation));
        using var ownCache = _options.FrameCache is null ? new FrameCache(_options.FrameCacheBytes) : null;
        var (trainingClips, validationClips) = ClipLoader.For(
            _options, encoder, training, validation, _options.FrameCache ?? ownCache!);
        using var step = new MaskedStep(model, _options, seed, TrainingLoop.WarnOfSmaller(_options, channel));
        using var loop = new TrainingLoop(step, _options, seed, store, channel);
        using var progress = _host.StartProgressChannel("Pretraining");
        try
        {
            loop.Run(trainingClips, validationClips, progress);
            return loop.History;
        }
        finally
        {
            model.ComputeType = ScalarType.Float32;
        }
    }
}
