using System.Diagnostics;
using System.Text.Json;
using GardenerML.Pruning;
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
    /// <returns>What it is worth on the test clips, and the zip, which is a checkpoint too.</returns>
    public (QuickstartModel Model, string Zip) TrainWhole(VideoClassifierOptions options, IDataView training, IDataView test)
    {
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.LoadVideo(options: recipe.Loading))
            .Append(mlContext.MulticlassClassification.Trainers.VideoClassifier(options));
        using var model = pipeline.Fit(training);
        var zip = Save(model, training, "unpruned.zip");
        return (Measure(model, test), zip);
    }

    /// <summary>Removes the blocks of least importance, fine-tunes what is left, and saves it.</summary>
    /// <returns>What it is worth on the test clips, the zip, and what was removed.</returns>
    public (QuickstartModel Model, string Zip, PruningPlan Plan) TrainPruned(
        string checkpoint, IDataView training, IDataView test, VideoClassifierOptions options)
    {
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.LoadVideo(options: recipe.Loading))
            .Append(mlContext.Transforms.GardenerPrune(checkpoint, ratio))
            .Append(mlContext.MulticlassClassification.Trainers.VideoClassifier(options));
        using var model = pipeline.Fit(training);
        var zip = Save(model, training, "model.zip");
        var plan = model.LastTransformer.PruningPlan!;
        return (Measure(model, test) with { Ratio = plan.Ratio }, zip, plan);
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

    private QuickstartModel Measure(TransformerChain<VideoClassifierTransformer> model, IDataView test)
    {
        var classifier = model.LastTransformer;
        var metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(test));
        var speed = ModelSpeed.ClipsPerSecond(classifier.Model, batchSize: 8, TimeSpan.FromSeconds(1));
        return new QuickstartModel(
            metrics.MicroAccuracy, metrics.MicroAccuracy, metrics.MacroAccuracy,
            classifier.Cost.Parameters, classifier.Cost.GigaFlops, speed);
    }

    private string Save(ITransformer model, IDataView training, string name)
    {
        var path = Path.Combine(folder, name);
        mlContext.Model.Save(model, training.Schema, path);
        return path;
    }
}
