using GardenerML.Tests.Sensitivity;
using GardenerML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Tests.Documentation;

/// <summary>The code of docs/training.md stands here between marks: it is compiled, and run with fewer epochs.</summary>
[TestClass]
public sealed class TrainingGuideTests : IDisposable
{
    private readonly MotionSet _set = new(groups: 3);

    public required TestContext TestContext { get; init; }

    public void Dispose() => _set.Dispose();

    [TestMethod]
    public void The_code_that_is_shown_is_the_code_below() => ShownCode.Check("training.md", nameof(TrainingGuideTests));

    [TestMethod]
    public void The_code_that_is_shown_trains()
    {
        var (mlContext, pipeline, clips) = (_set.Context, new EstimatorChain<ITransformer>(), _set.Training);
        var (checkpoint, folder, cancellation) = (_set.Checkpoint(), _set.File("run"), TestContext.CancellationToken);
        // <shown>
        var options = VideoClassifierOptions.VideoMae with
        {
            Checkpoint = checkpoint,
            Epochs = 30,
            Augmentation = ClipAugmentation.VideoMae with { HorizontalFlip = 0 }, // here left and right are different classes
        };
        using var model = pipeline.Append(mlContext.MulticlassClassification.Trainers.VideoClassifier(options)).Fit(clips);
        foreach (var epoch in model.LastTransformer.TrainingHistory)
            Console.WriteLine($"{epoch.Epoch}: loss {epoch.TrainingLoss:0.000}, training accuracy {epoch.TrainingAccuracy:0.000}");
        // </shown>

        // <shown>
        var kept = options with
        {
            ValidationFraction = 0.2, // of each class, in whole groups
            GroupColumnName = "Group",
            EarlyStoppingPatience = 5,
            ResumeFolder = Path.Combine(folder, "state"),
            SaveEverySteps = 500,
            LogFolder = Path.Combine(folder, "log"),
            Progress = new Progress<TrainingProgress>(step => Console.WriteLine($"{step.Step} of {step.StepCount}: {step.Loss:0.000}")),
            Cancellation = cancellation,
        };
        // </shown>

        // <shown>
        var probe = new VideoClassifierOptions
        {
            Checkpoint = checkpoint,
            FreezeEncoder = true,
            Epochs = 50,
            LearningRate = 1e-2,
        };
        // </shown>

        // <shown>
        var careful = options with
        {
            ClassWeights = ClassWeighting.Balanced,
            BatchSize = 32,
            MicroBatchSize = 4,
            RecomputeActivations = true,
            Precision = Precision.Auto,
        };
        // </shown>
        foreach (var shown in new[] { kept, probe, careful })
        {
            using var trained = mlContext.MulticlassClassification.Trainers.VideoClassifier(shown with { Epochs = 2, WarmupEpochs = 1 }).Fit(clips);
            Assert.HasCount(2, trained.TrainingHistory);
        }
        Assert.HasCount(30, model.LastTransformer.TrainingHistory);
        Assert.IsTrue(File.Exists(Path.Combine(folder, "log", "history.csv")));
        Assert.IsTrue(File.Exists(Path.Combine(folder, "state", "state.safetensors")));
    }
}
