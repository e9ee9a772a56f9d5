using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using GardenerML.Checkpoints;
using GardenerML.Interop;
using GardenerML.Pruning;
using GardenerML.Training;
using GardenerML.Video;
using GardenerML.VideoMae;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(VideoClassifierTransformer), null, typeof(SignatureLoadModel),
    "Video classifier", VideoClassifierTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(IRowMapper), typeof(VideoClassifierTransformer), null, typeof(SignatureLoadRowMapper),
    "Video classifier", VideoClassifierTransformer.LoaderSignature)]

namespace GardenerML.Training;

/// <summary>
/// A fitted video classifier: adds the class probabilities (Score) and the most probable class (PredictedLabel) of each clip.
/// Saved in a model zip with all that scoring needs.
/// </summary>
/// <remarks>
/// Owns the native memory of the weights: dispose it when it is no longer used. Transforming is safe from several threads; a
/// <see cref="PredictionEngine{TSrc, TDst}"/> over it is not, as always in ML.NET: make one a thread, with
/// <c>OwnsTransformer = false</c> in its options where several share a model, as an engine else disposes the model with itself.
/// </remarks>
public sealed class VideoClassifierTransformer : ITransformer, IDisposable
{
    internal const string LoaderSignature = "GardenerVideoClassifier";
    private const string KeysStream = "LabelKeys";

    private readonly IHost _host;
    private readonly ClipScorer _scorer;
    private readonly VideoClassifierDescription _description;
    private readonly KeyNames? _keyNames;

    internal VideoClassifierTransformer(
        IHostEnvironment environment, VideoMaeClassifier model, VideoClassifierDescription description, KeyNames? keyNames)
    {
        _host = environment.Register(nameof(VideoClassifierTransformer));
        _scorer = new ClipScorer(model);
        _description = description;
        _keyNames = keyNames;
    }

    /// <summary>
    /// Where models that are loaded from now on compute. <c>mlContext.Model.Load</c> has no place for such a choice, so it is the
    /// process's; a model that is fitted computes where it was trained.
    /// </summary>
    public static ComputeDevice LoadingDevice { get; set; }

    /// <summary>The fitted model; it lives as long as this transformer.</summary>
    public VideoMaeClassifier Model => _scorer.Model;

    /// <summary>The plan by which the model was pruned; null when all blocks of the checkpoint are there.</summary>
    public PruningPlan? PruningPlan => _description.PruningPlan;

    /// <summary>The names of the classes, in the order of the scores; empty when the label's keys have no values.</summary>
    public IReadOnlyList<string> ClassNames => _keyNames?.Texts ?? [];

    /// <summary>
    /// What each epoch of training gave, those before an interruption included; empty for a model that was loaded.
    /// </summary>
    public IReadOnlyList<EpochMetrics> TrainingHistory { get; internal init; } = [];

    /// <summary>Parameters, and operations to score a clip.</summary>
    public VideoMaeCost Cost => VideoMaeCost.Of(Model.Configuration);

    internal ClipScorer Scorer => _scorer;

    internal int ScoringBatchSize => _description.ScoringBatchSize;

    bool ITransformer.IsRowToRowMapper => true;

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) =>
        RowToRowMapperTransform.GetOutputSchema(inputSchema, new Mapper(this, inputSchema));

    /// <summary>Adds the columns; nothing is decoded or scored before a cursor asks for them.</summary>
    /// <param name="input">Data with the clip column.</param>
    /// <exception cref="ArgumentOutOfRangeException">The clip column is absent, or its clips are not of the model's size.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public IDataView Transform(IDataView input)
    {
        _host.CheckValue(input, nameof(input));
        _scorer.ThrowIfDisposed();
        return new ScoredClipView(input, ClipColumn(input.Schema), MakeColumns(), _scorer, _description.ScoringBatchSize);
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        return new RowToRowMapperTransform(
            _host, new EmptyDataView(_host, inputSchema), new Mapper(this, inputSchema), schema => new Mapper(this, schema));
    }

    /// <summary>Saves the model as a checkpoint, to be pruned or fine-tuned further or used by transformers.</summary>
    /// <param name="path">The folder, or for <see cref="CheckpointLayout.SingleFile"/> the file, to write.</param>
    /// <param name="layout">How to store it.</param>
    /// <param name="weightType">Float32, Float16 or BFloat16.</param>
    /// <exception cref="IOException">The target cannot be written or must not be replaced.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public void SaveCheckpoint(
        string path, CheckpointLayout layout = CheckpointLayout.HuggingFace, TensorType weightType = TensorType.Float32) =>
        VideoMaeCheckpointWriter.Save(path, ToCheckpoint(weightType), layout);

    /// <summary>Frees the native memory of the weights.</summary>
    public void Dispose() => _scorer.Dispose();

    private DataViewSchema.DetachedColumn[] MakeColumns() => ScoreColumns.Make(
        _description.ScoreColumnName, _description.PredictedLabelColumnName, Model.Configuration.ClassCount, _keyNames);

    /// <summary>The column of clips.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is absent, or its clips are not of the model's size.</exception>
    internal DataViewSchema.Column ClipColumn(DataViewSchema schema)
    {
        var name = _description.VideoColumnName;
        var configuration = Model.Configuration;
        var wanted = new VideoClipDataViewType(configuration.FrameCount, configuration.ImageSize, configuration.ImageSize);
        var column = schema.GetColumnOrNull(name)
            ?? throw _host.ExceptSchemaMismatch(nameof(schema), "clip", name, wanted.ToString(), "no such column");
        return column.Type.Equals(wanted)
            ? column
            : throw _host.ExceptSchemaMismatch(nameof(schema), "clip", name, wanted.ToString(), column.Type.ToString());
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        _host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel();
        _scorer.ThrowIfDisposed();
        ctx.SetVersionInfo(GetVersionInfo());

        // *** Binary format ***
        // string: description, as JSON
        // stream LabelKeys: SHA-256 of the rest, then the values of the label's keys; absent if they have none
        // stream Weights.safetensors: a checkpoint, complete with its configuration
        ctx.SaveNonEmptyString(JsonSerializer.Serialize(_description));
        if (_keyNames is not null)
            ctx.SaveBinaryStream(KeysStream, writer => _keyNames.Save(_host, writer.BaseStream));
        ctx.SaveBinaryStream(
            ModelZip.WeightsEntry, writer => VideoMaeCheckpointWriter.Write(writer.BaseStream, ToCheckpoint(_description.SavedWeightType)));
    }

    private VideoMaeCheckpointContent ToCheckpoint(TensorType type)
    {
        _scorer.ThrowIfDisposed();
        var section = PruningPlan is { } plan
            ? new JsonObject { ["plan"] = JsonSerializer.SerializeToNode(plan) }
            : null;
        return ModelWeights.ToCheckpoint(Model, type, _keyNames?.Texts, section);
    }

    private static VideoClassifierTransformer Create(IHostEnvironment environment, ModelLoadContext ctx)
    {
        Contracts.CheckValue(environment, nameof(environment));
        environment.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel(GetVersionInfo());
        var description = Read(environment, ctx.LoadNonEmptyString());

        KeyNames? keyNames = null;
        ctx.TryLoadBinaryStream(KeysStream, reader => keyNames = KeyNames.Load(environment, reader.BaseStream));
        VideoMaeClassifier? model = null;
        if (!ctx.TryLoadBinaryStream(ModelZip.WeightsEntry, reader => model = ReadModel(reader.BaseStream)))
            throw environment.ExceptDecode("The model has no weights.");
        if (keyNames is not null && keyNames.Texts.Count != model!.Configuration.ClassCount)
        {
            model.Dispose();
            throw environment.ExceptDecode(
                $"The model is damaged: it has {model.Configuration.ClassCount} classes, but {keyNames.Texts.Count} names of classes.");
        }
        return new VideoClassifierTransformer(environment, model!, description, keyNames);
    }

    private static VideoMaeClassifier ReadModel(Stream stream)
    {
        using var checkpoint = VideoMaeCheckpoint.Read(stream, ModelZip.WeightsEntry);
        var model = new VideoMaeClassifier(checkpoint.Configuration, TorchBackend.Resolve(LoadingDevice));
        try
        {
            ModelWeights.Load(model, checkpoint.Encoder, [.. Enumerable.Range(0, checkpoint.BlockCount)], _ => true, checkpoint.Source);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static VideoClassifierDescription Read(IHostEnvironment environment, string json)
    {
        try
        {
            return VideoClassifierDescription.FromJson(json);
        }
        catch (JsonException e)
        {
            throw environment.ExceptDecode(e, "The description of the video classifier is damaged: " + e.Message);
        }
    }

    // Factory method for SignatureLoadRowMapper.
    [SuppressMessage("Performance", "CA1859", Justification = "ML.NET finds the factory by this return type.")]
    private static IRowMapper Create(IHostEnvironment environment, ModelLoadContext ctx, DataViewSchema inputSchema) =>
        new Mapper(Create(environment, ctx), inputSchema);

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "GRDNVCLS",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(VideoClassifierTransformer).Assembly.FullName);

    /// <summary>Scores row by row, for a prediction engine.</summary>
    private sealed class Mapper(VideoClassifierTransformer parent, DataViewSchema inputSchema) : IRowMapper
    {
        private readonly DataViewSchema.Column _clips = parent.ClipColumn(inputSchema);

        public DataViewSchema.DetachedColumn[] GetOutputColumns() => parent.MakeColumns();

        public Func<int, bool> GetDependencies(Func<int, bool> activeOutput)
        {
            var active = activeOutput(ScoreColumns.Score) || activeOutput(ScoreColumns.PredictedLabel);
            return column => active && column == _clips.Index;
        }

        public Delegate[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action? disposer)
        {
            disposer = null;
            var getters = new Delegate[2];
            if (!activeOutput(ScoreColumns.Score) && !activeOutput(ScoreColumns.PredictedLabel))
                return getters;

            var getClip = input.GetGetter<VideoClip>(_clips);
            var scoredPosition = -1L;
            float[] scores = [];
            getters[ScoreColumns.Score] = (ValueGetter<VBuffer<float>>)((ref VBuffer<float> target) =>
                ScoreColumns.CopyScores(Scores(), ref target));
            getters[ScoreColumns.PredictedLabel] = (ValueGetter<uint>)((ref uint target) =>
                target = ScoreColumns.KeyOf(Scores()));
            return getters;

            float[] Scores()
            {
                if (scoredPosition != input.Position)
                {
                    var clip = default(VideoClip);
                    getClip(ref clip!);
                    using var frames = parent._scorer.Decode(clip, input.Position, CancellationToken.None);
                    scores = parent._scorer.Score([frames])[0];
                    scoredPosition = input.Position;
                }
                return scores;
            }
        }

        public void Save(ModelSaveContext ctx) => ((ICanSaveModel)parent).Save(ctx);

        public ITransformer GetTransformer() => parent;
    }
}
