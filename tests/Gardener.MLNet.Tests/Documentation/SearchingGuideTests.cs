using GardenerML.Pruning;
using GardenerML.Search;
using GardenerML.Tests.Sensitivity;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Tests.Documentation;

/// <summary>The code of docs/searching.md stands here between marks: it is compiled and run.</summary>
[TestClass]
public sealed class SearchingGuideTests : IDisposable
{
    private readonly MotionSet _set = new(groups: 3);

    public required TestContext TestContext { get; init; }

    public void Dispose() => _set.Dispose();

    [TestMethod]
    public void The_code_that_is_shown_is_the_code_below() => ShownCode.Check("searching.md", nameof(SearchingGuideTests));

    [TestMethod]
    public async Task The_code_that_is_shown_searches()
    {
        var (mlContext, checkpoint, folder, cancellation) = (_set.Context, _set.Checkpoint(), _set.File("search"), TestContext.CancellationToken);
        var training = Ucf101.Load(mlContext, _set.Videos, subset: Ucf101Subset.Train);
        var validation = Ucf101.Load(mlContext, _set.Videos, subset: Ucf101Subset.Test);
        var loading = new VideoLoadingOptions { FrameCount = 4, SamplingRate = 1, Size = 32 };
        var monitor = new Shown.Monitor();
        // <shown>
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.LoadVideo(options: loading));
        var experiment = mlContext.Auto()
            .CreateGardenerExperiment(new GardenerExperimentOptions
            {
                Checkpoint = checkpoint,
                Folder = folder, // trials, models, and the state of what is not finished
                Training = new VideoClassifierOptions { Epochs = 4, LearningRate = 1e-3 },
            })
            .SetPipeline(pipeline) // becomes part of every model
            .SetDataset(training, validation)
            .SetConstraints(new GardenerConstraints { MaximumLatencyInMilliseconds = 100 })
            .SetTrainingTimeInSeconds(3600)
            .SetMonitor(monitor);
        using var result = await experiment.RunAsync(cancellation);
        if (result.BestTrial is { } best)
        {
            Console.WriteLine($"{best.TrialSettings}: accuracy {best.Accuracy:0.000}");
            mlContext.Model.Save(result.Model, training.Schema, Path.Combine(folder, "best.zip"));
        }
        foreach (var trial in result.ParetoByLatency)
            Console.WriteLine($"{trial.Cost!.LatencyInMilliseconds:0.0} ms: accuracy {trial.Accuracy:0.000}");
        IDataView trials = result.ToDataView(mlContext); // one row a trial
        // </shown>
        Assert.IsNotNull(result.BestTrial);
        Assert.HasCount(3, trials.GetColumn<int>("TrialId").ToArray());
        Assert.AreEqual(3, monitor.Completed);

        // <shown>
        experiment.SetSearchSpace(new GardenerSearchSpace
        {
            Ratios = [0, 0.25, 0.5, 0.75],
            Criteria = [PruningCriterion.Entropy, PruningCriterion.L1],
            Epochs = [4],
            LearningRates = [5e-4, 1e-3],
            LayerDecays = [0.75, 1],
        });
        experiment.SetTuner(GardenerTuner.SuccessiveHalving(factor: 3));
        // </shown>

        // <shown>
        experiment.SetTuner(GardenerTuner.Bisection)
            .SetConstraints(new GardenerConstraints { MinimumAccuracy = 0.85 });
        // </shown>
        experiment.SetSearchSpace(new GardenerSearchSpace()).SetConstraints(new GardenerConstraints { MinimumAccuracy = 0 });
        using var bisected = await experiment.RunAsync(cancellation);
        Assert.HasCount(2, bisected.BestTrial!.TrialSettings.Removed);
        Assert.HasCount(3, bisected.Trials, "what was known is not trained again");
    }

    private static class Shown
    {
        // <shown>
        internal sealed class Monitor : IGardenerMonitor
        {
            public int Completed { get; private set; }

            public void ReportRunningTrial(GardenerTrialSettings settings) => Console.WriteLine($"Trial {settings.TrialId}: {settings}");

            public void ReportCompletedTrial(GardenerTrialResult result) => Completed++;

            public void ReportFailTrial(GardenerTrialSettings settings, Exception exception) => Console.WriteLine(exception.Message);

            public void ReportBestTrial(GardenerTrialResult result) => Console.WriteLine($"The best so far: {result.Accuracy:0.000}");
        }
        // </shown>
    }
}
