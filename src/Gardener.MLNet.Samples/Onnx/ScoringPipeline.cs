using GardenerML.Checkpoints;
using GardenerML.Onnx;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;

namespace GardenerML.Samples.Onnx;

/// <summary>A trained pipeline as another that scores with ONNX Runtime, for machines without libtorch.</summary>
public static class ScoringPipeline
{
    /// <summary>Exports the classifier and saves the pipeline around it as a zip.</summary>
    /// <param name="mlContext">Makes the pipeline.</param>
    /// <param name="loading">How the model was given its clips.</param>
    /// <param name="classifier">The model.</param>
    /// <param name="zip">The zip to write; the exported model is in it.</param>
    /// <param name="weightType">How the weights are stored: Float32 or Float16.</param>
    public static void Save(
        MLContext mlContext, VideoLoadingTransformer loading, VideoClassifierTransformer classifier, string zip,
        TensorType weightType = TensorType.Float32)
    {
        var onnx = Path.GetTempFileName();
        try
        {
            classifier.ExportOnnx(onnx, new() { Input = OnnxInput.Frames, WeightType = weightType });
            var pipeline = mlContext.Transforms.LoadVideo(options: loading.Options)
                .Append(mlContext.Transforms.ExtractClipTensor("Frames", options: new() { Layout = ClipTensorLayout.Bytes }))
                .Append(mlContext.Transforms.ApplyOnnxModel("Score", "Frames", onnx, fallbackToCpu: true))
                .Append(mlContext.Transforms.LabelScores(onnx))
                .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
            var paths = mlContext.Data.LoadFromEnumerable<Clip>([]);
            mlContext.Model.Save(pipeline.Fit(paths), paths.Schema, zip);
        }
        finally
        {
            File.Delete(onnx);
        }
    }

    private sealed class Clip
    {
        public string VideoPath { get; set; } = "";
    }
}
