using System.Diagnostics;
using System.Text.Json;
using GardenerML.Samples.CommandLine;
using GardenerML.Training;
using GardenerML.Video;
using GardenerML.VideoMae;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Samples.Quickstart;

/// <summary>The whole chain: prune, fine-tune, evaluate, save, and predict in another process.</summary>
internal sealed class QuickstartRun(MLContext mlContext, VideoLoadingOptions loading, string checkpoint, IDataView training, IDataView test, string folder)
{
    private const string PrunedModel = "model.zip";

    /// <summary>Fine-tunes the whole checkpoint, and saves the model.</summary>
    /// <returns>The model, the caller's to dispose.</returns>
    public TransformerChain<VideoClassifierTransformer> TrainWhole(VideoClassifierOptions options)
    {
        var trainer = mlContext.MulticlassClassification.Trainers.VideoClassifier(options with { Checkpoint = checkpoint });
        return Save(Clips().Append(trainer).Fit(training), "unpruned.zip");
    }

    /// <summary>Removes the blocks of least importance, fine-tunes what is left, and saves the model.</summary>
    /// <returns>The model, the caller's to dispose.</returns>
    public TransformerChain<VideoClassifierTransformer> TrainPruned(double ratio, VideoClassifierOptions options)
    {
        var trainer = mlContext.MulticlassClassification.Trainers.VideoClassifier(options);
        return Save(Clips().Append(mlContext.Transforms.GardenerPrune(ratio, checkpoint)).Append(trainer).Fit(training), PrunedModel);
    }

    /// <summary>The zip of the pruned model.</summary>
    public string PrunedZip => Path.Combine(folder, PrunedModel);

    /// <summary>What a model is worth on the test clips; its speed is measured later.</summary>
    public QuickstartModel Measure(TransformerChain<VideoClassifierTransformer> model)
    {
        var metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(test));
        var classifier = model.LastTransformer;
        return new QuickstartModel(
            metrics.MicroAccuracy, metrics.MicroAccuracy, metrics.MacroAccuracy,
            classifier.Cost.Parameters, classifier.Cost.GigaFlops, ClipsPerSecond: 0, classifier.PruningPlan?.Ratio);
    }

    /// <summary>How fast the models are, both measured in turn.</summary>
    /// <returns>Clips per second of each.</returns>
    public static double[] Speeds(params TransformerChain<VideoClassifierTransformer>[] models) =>
        ModelSpeed.ClipsPerSecond([.. models.Select(model => model.LastTransformer.Model)], batchSize: 8, TimeSpan.FromSeconds(2));

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

    private EstimatorChain<VideoLoadingTransformer> Clips() => mlContext.Transforms.Conversion.MapValueToKey("Label")
        .Append(mlContext.Transforms.LoadVideo(options: loading));

    private T Save<T>(T model, string name)
        where T : ITransformer
    {
        SavedModel.Save(mlContext, model, training.Schema, Path.Combine(folder, name));
        return model;
    }
}
