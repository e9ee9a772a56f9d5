using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using GardenerML.Checkpoints;
using GardenerML.Interop;
using GardenerML.Pruning;
using GardenerML.Scoring;
using GardenerML.Training;
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
public sealed class VideoClassifierTransformer : ClipTransformer
{
    internal const string LoaderSignature = "GardenerVideoClassifier";
    private const string KeysStream = "LabelKeys";

    private readonly ClassScorer _scorer;
    private readonly VideoClassifierDescription _description;
    private readonly KeyNames? _keyNames;

    internal VideoClassifierTransformer(
        IHostEnvironment environment, VideoMaeClassifier model, VideoClassifierDescription description, KeyNames? keyNames)
        : this(environment, new ClassScorer(model, description.ScoringPrecision), description, keyNames)
    {
    }

    private VideoClassifierTransformer(
        IHostEnvironment environment, ClassScorer scorer, VideoClassifierDescription description, KeyNames? keyNames)
        : base(environment, nameof(VideoClassifierTransformer), scorer, description.VideoColumnName, description.ScoringBatchSize) =>
        (_scorer, _description, _keyNames) = (scorer, description, keyNames);

    /// <summary>
    /// The fitted model; it lives as long as this transformer. Its weights must not change after the first clip is scored: scoring
    /// keeps some of them in a form of its own.
    /// </summary>
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

    internal ClassScorer Scorer => _scorer;

    internal int ScoringBatchSize => _description.ScoringBatchSize;

    private protected override AddedColumns Added => new ScoreColumns(
        _description.ScoreColumnName, _description.PredictedLabelColumnName, Model.Configuration.ClassCount, _keyNames);

    /// <summary>Saves the model as a checkpoint, to be pruned or fine-tuned further or used by transformers.</summary>
    /// <param name="path">The folder, or for <see cref="CheckpointLayout.SingleFile"/> the file, to write.</param>
    /// <param name="layout">How to store it.</param>
    /// <param name="weightType">Float32, Float16 or BFloat16.</param>
    /// <exception cref="IOException">The target cannot be written or must not be replaced.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public void SaveCheckpoint(
        string path, CheckpointLayout layout = CheckpointLayout.HuggingFace, TensorType weightType = TensorType.Float32) =>
        VideoMaeCheckpointWriter.Save(path, ToCheckpoint(weightType), layout);

    private protected override void Save(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(GetVersionInfo());

        // *** Binary format ***
        // string: description, as JSON
        // stream LabelKeys: SHA-256 of the rest, then the values of the label's keys; absent if they have none
        // stream Weights.safetensors: a checkpoint, complete with its configuration
        ctx.SaveNonEmptyString(JsonSerializer.Serialize(_description));
        if (_keyNames is not null)
            ctx.SaveBinaryStream(KeysStream, writer => _keyNames.Save(Host, writer.BaseStream));
        ctx.SaveStoredStream(
            ModelZip.WeightsEntry, stream => VideoMaeCheckpointWriter.Write(stream, ToCheckpoint(_description.SavedWeightType)));
    }

    private VideoMaeCheckpointContent ToCheckpoint(TensorType type)
    {
        _scorer.ThrowIfDisposed();
        var section = PruningPlan is { } plan
            ? new JsonObject { ["plan"] = JsonSerializer.SerializeToNode(plan) }
            : null;
        return ModelWeights.ToCheckpoint(Model, Model.Configuration, type, _keyNames?.Texts, section);
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
        return VideoMaeClassifier.Load(checkpoint, device: LoadingDevice);
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
        Create(environment, ctx).MapperOf(inputSchema);

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "GRDNVCLS",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(VideoClassifierTransformer).Assembly.FullName);
}
