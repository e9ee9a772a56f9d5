using System.Text.Encodings.Web;
using System.Text.Json;
using GardenerML.Checkpoints;
using GardenerML.Interop;
using GardenerML.Pruning;
using GardenerML.Training;
using GardenerML.VideoMae;
using Microsoft.ML;

namespace GardenerML.Onnx;

/// <summary>Writes video classifiers as ONNX models, which ONNX Runtime computes without libtorch.</summary>
/// <remarks>
/// The model is the classifier alone: opset 17, any batch size, the blocks that the pruning left. Decoding is not part of it. The
/// names of the classes (<c>gardener.classes</c>) and the pruning plan (<c>gardener.plan</c>) are in its metadata, as JSON.
/// </remarks>
public static class OnnxExport
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the video classifier of a fitted or loaded model.</summary>
    /// <param name="model">A <see cref="VideoClassifierTransformer"/>, or a pipeline that has one; of several, the last is taken.</param>
    /// <param name="path">
    /// The file to write or replace, whole or not at all. Above 2 GiB, the weights go into a second file beside it whose name
    /// begins with that of the first; the two belong together.
    /// </param>
    /// <param name="options">What the model takes and gives; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the model has no video classifier.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    /// <example>
    /// <code>
    /// model.ExportOnnx("model.onnx");
    /// model.ExportOnnx("bytes.onnx", new() { Input = OnnxInput.Frames, WeightType = TensorType.Float16 });
    /// </code>
    /// </example>
    public static OnnxModel ExportOnnx(this ITransformer model, string path, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var steps = ModelSteps.Of(model).ToList();
        var classifier = steps.OfType<VideoClassifierTransformer>().LastOrDefault()
            ?? throw new ArgumentException(
                $"The model has no video classifier, which is the one step that can be exported; its steps are "
                + $"{string.Join(", ", steps.Select(step => step.GetType().Name))}.", nameof(model));
        classifier.Scorer.ThrowIfDisposed();
        return Export(classifier.Model, classifier.ClassNames, classifier.PruningPlan?.ToJson(), path, options);
    }

    /// <summary>Writes the classifier of a checkpoint.</summary>
    /// <param name="checkpoint">The checkpoint: a file, a folder, a model zip or the id of a Hugging Face model.</param>
    /// <param name="path">The file to write or replace, as in <see cref="ExportOnnx"/>.</param>
    /// <param name="plan">Which blocks are left out; null for none.</param>
    /// <param name="options">What the model takes and gives; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="CheckpointException">
    /// The checkpoint cannot be used, has no classification head, or is not the one that the plan was made for.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static OnnxModel ExportCheckpoint(
        string checkpoint, string path, PruningPlan? plan = null, OnnxExportOptions? options = null)
    {
        using var opened = VideoMaeCheckpoint.Open(checkpoint);
        plan?.CheckFits(opened);
        using var model = VideoMaeClassifier.Load(opened, plan?.Kept);
        return ExportClassifier(model, opened, path, plan, options);
    }

    /// <summary>Writes a classifier that was loaded from a checkpoint, where it is needed for more than the export.</summary>
    /// <param name="model">The model, as <see cref="VideoMaeClassifier.Load"/> makes it.</param>
    /// <param name="checkpoint">Where it comes from: the names of the classes are the checkpoint's.</param>
    /// <param name="path">The file to write or replace, as in <see cref="ExportOnnx"/>.</param>
    /// <param name="plan">Which blocks were left out; null for none.</param>
    /// <param name="options">What the model takes and gives; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static OnnxModel ExportClassifier(
        VideoMaeClassifier model, VideoMaeCheckpoint checkpoint, string path, PruningPlan? plan = null, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(checkpoint);
        return Export(
            model, checkpoint.LabelNames ?? [], plan?.ToJson() ?? checkpoint.GardenerSection?["plan"]?.ToJsonString(), path, options);
    }

    internal static OnnxModel Export(
        VideoMaeClassifier model, IReadOnlyList<string> classNames, string? plan, string path, OnnxExportOptions? options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new OnnxExportOptions();
        options.Validate();
        var metadata = new Dictionary<string, string>();
        if (classNames.Count > 0)
            metadata.Add(OnnxMetadata.ClassesKey, JsonSerializer.Serialize(classNames, Readable));
        if (plan is not null)
            metadata.Add(OnnxMetadata.PlanKey, plan);
        return OnnxFile.Write(path, VideoMaeGraph.Build(model, options), metadata, options.MaxFileBytes);
    }
}
