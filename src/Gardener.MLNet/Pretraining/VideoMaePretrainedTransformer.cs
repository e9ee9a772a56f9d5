using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using GardenerML.Checkpoints;
using GardenerML.Interop;
using GardenerML.Pretraining;
using GardenerML.Scoring;
using GardenerML.Training;
using GardenerML.Video;
using GardenerML.VideoMae;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(VideoMaePretrainedTransformer), null, typeof(SignatureLoadModel),
    "Pretrained VideoMAE", VideoMaePretrainedTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(IRowMapper), typeof(VideoMaePretrainedTransformer), null, typeof(SignatureLoadRowMapper),
    "Pretrained VideoMAE", VideoMaePretrainedTransformer.LoaderSignature)]

namespace GardenerML.Pretraining;

/// <summary>
/// A pretrained VideoMAE: adds the features of each clip (the mean over the encoder's tokens), which any trainer of ML.NET can
/// learn from, and saves itself as a checkpoint to prune and fine-tune. Its model zip is such a checkpoint too.
/// </summary>
/// <remarks>
/// Owns the native memory of the weights: dispose it when it is no longer used. Transforming is safe from several threads; a
/// <see cref="PredictionEngine{TSrc, TDst}"/> over it is not, as always in ML.NET.
/// </remarks>
public sealed class VideoMaePretrainedTransformer : ClipTransformer
{
    internal const string LoaderSignature = "GardenerVideoMae";

    private readonly FeatureScorer _scorer;
    private readonly VideoMaePretrainedDescription _description;

    internal VideoMaePretrainedTransformer(
        IHostEnvironment environment, VideoMaePretrainingModel model, VideoMaePretrainedDescription description)
        : this(environment, new FeatureScorer(model), description)
    {
    }

    private VideoMaePretrainedTransformer(IHostEnvironment environment, FeatureScorer scorer, VideoMaePretrainedDescription description)
        : base(environment, nameof(VideoMaePretrainedTransformer), scorer, description.VideoColumnName, description.ScoringBatchSize) =>
        (_scorer, _description) = (scorer, description);

    /// <summary>Geometry of the encoder.</summary>
    public VideoMaeConfiguration Configuration => _scorer.Configuration;

    /// <summary>Geometry of the decoder.</summary>
    public VideoMaeDecoderConfiguration Decoder => _scorer.Model.Decoder;

    /// <summary>
    /// What each epoch of pretraining gave, those before an interruption included; empty for a model that was loaded or opened.
    /// </summary>
    public IReadOnlyList<EpochMetrics> TrainingHistory { get; internal init; } = [];

    internal FeatureScorer Scorer => _scorer;

    private protected override AddedColumns Added => new FeatureColumn(_description.FeatureColumnName, Configuration.Width);

    /// <summary>
    /// Saves encoder and decoder as a checkpoint. As a Hugging Face folder it has the tensors of <c>VideoMAEForPreTraining</c>, as a
    /// single file those of MCG-NJU/VideoMAE's pretraining.
    /// </summary>
    /// <param name="path">The folder, or for <see cref="CheckpointLayout.SingleFile"/> the file, to write.</param>
    /// <param name="layout">How to store it.</param>
    /// <param name="weightType">Float32, Float16 or BFloat16.</param>
    /// <exception cref="IOException">The target cannot be written or must not be replaced.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public void SaveCheckpoint(
        string path, CheckpointLayout layout = CheckpointLayout.HuggingFace, TensorType weightType = TensorType.Float32) =>
        VideoMaeCheckpointWriter.Save(path, ToCheckpoint(weightType), layout);

    /// <summary>Opens a checkpoint of masked pretraining, of this library or another.</summary>
    /// <param name="mlContext">Gives the transformer its log.</param>
    /// <param name="checkpoint">A file, a folder, a model zip, or the id of a Hugging Face model.</param>
    /// <param name="options">The names of the columns, the batch size, how weights are saved, and where to compute; the rest plays no part.</param>
    /// <returns>The transformer; it owns native memory, so dispose it when it is no longer used.</returns>
    /// <exception cref="CheckpointException">The checkpoint cannot be used, or has no decoder.</exception>
    /// <exception cref="TorchBackendException">libtorch does not load, or the device is not there.</exception>
    public static VideoMaePretrainedTransformer Open(MLContext mlContext, string checkpoint, VideoMaePretrainingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        options ??= new VideoMaePretrainingOptions();
        options.Validate();
        using var opened = VideoMaeCheckpoint.Open(checkpoint);
        return new VideoMaePretrainedTransformer(
            mlContext, PretrainingStart.Read(opened, TorchBackend.Resolve(options.Device)), VideoMaePretrainedDescription.Of(options));
    }

    /// <summary>Hides part of a clip and fills it in.</summary>
    /// <param name="clip">A clip of the model's frames and size.</param>
    /// <param name="maskRatio">The share of patches that is hidden, in (0, 1).</param>
    /// <param name="seed">Which are.</param>
    /// <exception cref="ArgumentException">The ratio hides no patch.</exception>
    /// <exception cref="InvalidOperationException">The clip is of another geometry.</exception>
    /// <exception cref="VideoReadException">The video cannot be read.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public ClipReconstruction Reconstruct(VideoClip clip, double maskRatio = 0.75, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(clip);
        if (!(maskRatio > 0 && maskRatio < 1))
            throw new ArgumentOutOfRangeException(nameof(maskRatio), maskRatio, "The mask ratio must be in (0, 1).");
        _scorer.ThrowIfDisposed();
        using var frames = _scorer.Decode(clip, 0, CancellationToken.None);
        return Reconstructor.Run(_scorer, frames, maskRatio, seed);
    }

    private protected override void Save(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(GetVersionInfo());

        // *** Binary format ***
        // string: description, as JSON
        // stream Weights.safetensors: a checkpoint of pretraining, complete with its configuration
        ctx.SaveNonEmptyString(JsonSerializer.Serialize(_description));
        ctx.SaveStoredStream(
            ModelZip.WeightsEntry, stream => VideoMaeCheckpointWriter.Write(stream, ToCheckpoint(_description.SavedWeightType)));
    }

    private VideoMaeCheckpointContent ToCheckpoint(TensorType type)
    {
        _scorer.ThrowIfDisposed();
        return ModelWeights.ToCheckpoint(_scorer.Model, Configuration, type, null, null) with
        {
            BaseConfiguration = new JsonObject { [StoredDecoder.HeadsKey] = Decoder.HeadCount },
        };
    }

    private static VideoMaePretrainedTransformer Create(IHostEnvironment environment, ModelLoadContext ctx)
    {
        Contracts.CheckValue(environment, nameof(environment));
        environment.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel(GetVersionInfo());
        VideoMaePretrainedDescription description;
        try
        {
            description = VideoMaePretrainedDescription.FromJson(ctx.LoadNonEmptyString());
        }
        catch (JsonException e)
        {
            throw environment.ExceptDecode(e, "The description of the pretrained VideoMAE is damaged: " + e.Message);
        }
        VideoMaePretrainingModel? model = null;
        if (!ctx.TryLoadBinaryStream(ModelZip.WeightsEntry, reader => model = ReadModel(reader.BaseStream)))
            throw environment.ExceptDecode("The model has no weights.");
        return new VideoMaePretrainedTransformer(environment, model!, description);
    }

    private static VideoMaePretrainingModel ReadModel(Stream stream)
    {
        using var checkpoint = VideoMaeCheckpoint.Read(stream, ModelZip.WeightsEntry);
        return PretrainingStart.Read(checkpoint, TorchBackend.Resolve(LoadingDevice));
    }

    // Factory method for SignatureLoadRowMapper.
    [SuppressMessage("Performance", "CA1859", Justification = "ML.NET finds the factory by this return type.")]
    private static IRowMapper Create(IHostEnvironment environment, ModelLoadContext ctx, DataViewSchema inputSchema) =>
        Create(environment, ctx).MapperOf(inputSchema);

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "GRDNVMAE",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(VideoMaePretrainedTransformer).Assembly.FullName);
}
