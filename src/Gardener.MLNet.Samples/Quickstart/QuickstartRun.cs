using System.Diagnostics;
using System.Text.Json;
using GardenerML.Samples.CommandLine;
using GardenerML.Training;
using GardenerML.VideoMae;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Samples.Quickstart;

/// <summary>The whole chain: train, prune, fine-tune, evaluate, save, and predict in another process.</summary>
internal sealed class QuickstartRun(MLContext mlContext, QuickstartRecipe recipe, double ratio, string folder)
{
    /// <summary>Trains the whole model and saves it.</summary>
    /// <returns>The model, the caller's to dispose, and its zip, which is a checkpoint too.</returns>
    public (TransformerChain<VideoClassifierTransformer> Model, string Zip) TrainWhole(
        VideoClassifierOptions options, IDataView training)
    {
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.LoadVideo(options: recipe.Loading))
            .Append(mlContext.MulticlassClassification.Trainers.VideoClassifier(options));
        var model = pipeline.Fit(training);
        return (model, Save(model, training, "unpruned.zip"));
    }

    /// <summary>Removes the blocks of least importance, fine-tunes what is left, and saves it.</summary>
    /// <returns>The model, the caller's to dispose, and its zip.</returns>
    public (TransformerChain<VideoClassifierTransformer> Model, string Zip) TrainPruned(
        string checkpoint, VideoClassifierOptions options, IDataView training)
    {
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.LoadVideo(options: recipe.Loading))
            .Append(mlContext.Transforms.GardenerPrune(ratio, checkpoint))
            .Append(mlContext.MulticlassClassification.Trainers.VideoClassifier(options));
        var model = pipeline.Fit(training);
        return (model, Save(model, training, "model.zip"));
    }

    /// <summary>What the two models are worth on the test clips, and how fast they are.</summary>
    public (QuickstartModel Whole, QuickstartModel Pruned) Compare(
        TransformerChain<VideoClassifierTransformer> whole, TransformerChain<VideoClassifierTransformer> pruned, IDataView test)
    {
        var speeds = ModelSpeed.ClipsPerSecond(
            [whole.LastTransformer.Model, pruned.LastTransformer.Model], batchSize: 8, TimeSpan.FromSeconds(2));
        return (Measure(whole, test, speeds[0]), Measure(pruned, test, speeds[1]));
    }

    /// <summary>Predicts one file in a new process that knows nothing but the zip.</summary>
    public static PredictVerb.Prediction PredictElsewhere(string zip, string video)
    {
        var application = Path.Combine(
            AppContext.BaseDirectory, "Gardener.MLNet.Samples" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        var start = new ProcessStartInfo(application, ["predict", zip, video, "--json"]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"The second process ended with exit code {process.ExitCode}.");
        return JsonSerializer.Deserialize<PredictVerb.Prediction[]>(output, JsonSerializerOptions.Web)![0];
    }

    private QuickstartModel Measure(TransformerChain<VideoClassifierTransformer> model, IDataView test, double speed)
    {
        var metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(test));
        var classifier = model.LastTransformer;
        return new QuickstartModel(
            metrics.MicroAccuracy, metrics.MicroAccuracy, metrics.MacroAccuracy,
            classifier.Cost.Parameters, classifier.Cost.GigaFlops, speed, classifier.PruningPlan?.Ratio);
    }

    private string Save(ITransformer model, IDataView training, string name)
    {
        var path = Path.Combine(folder, name);
        SavedModel.Save(mlContext, model, training.Schema, path);
        return path;
    }
}
