using GardenerML.Onnx;
using GardenerML.Samples.CommandLine;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;

namespace GardenerML.Samples.Onnx;

/// <summary>A trained pipeline as another that scores with ONNX Runtime, for machines without libtorch.</summary>
public static class ScoringPipeline
{
    /// <summary>Exports the classifier and saves the pipeline around it as a zip, whole or not at all.</summary>
    /// <param name="mlContext">Makes the pipeline.</param>
    /// <param name="loading">How the model was given its clips.</param>
    /// <param name="classifier">The model.</param>
    /// <param name="zip">The zip to write; the exported model is in it.</param>
    /// <param name="options">How the weights are stored; null for Float32. What the model takes and gives is set here.</param>
    /// <exception cref="InvalidOperationException">The exported model is above 2 GiB, which a zip cannot hold.</exception>
    public static void Save(
        MLContext mlContext, VideoLoadingTransformer loading, VideoClassifierTransformer classifier, string zip,
        OnnxExportOptions? options = null)
    {
        var folder = Directory.CreateTempSubdirectory("gardener-onnx-");
        try
        {
            var onnx = Path.Combine(folder.FullName, "model.onnx");
            options = (options ?? new()) with { Input = OnnxInput.Frames, Softmax = true };
            if (classifier.ExportOnnx(onnx, options).DataPath is not null)
                throw new InvalidOperationException(
                    "The model is above 2 GiB, so that its weights are in a second file, which a scoring zip cannot hold; use --half.");
            var pipeline = mlContext.Transforms.LoadVideo(options: loading.Options)
                .Append(mlContext.Transforms.ExtractClipTensor("Frames", options: new() { Layout = ClipTensorLayout.Bytes }))
                .Append(mlContext.Transforms.ApplyOnnxModel("Score", "Frames", onnx, fallbackToCpu: true))
                .Append(mlContext.Transforms.LabelScores(onnx))
                .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
            var paths = mlContext.Data.LoadFromEnumerable<Clip>([]);
            using var scoring = pipeline.Fit(paths);
            SavedModel.Save(mlContext, scoring, paths.Schema, zip);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed class Clip
    {
        public string VideoPath { get; set; } = "";
    }
}
