using GardenerML.Tests.Sensitivity;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;

namespace GardenerML.Tests.Documentation;

/// <summary>The code of docs/getting-started.md stands here between marks: it is compiled, and run on a small checkpoint.</summary>
[TestClass]
public sealed class GettingStartedTests : IDisposable
{
    private readonly MotionSet _set = new(groups: 3);

    public void Dispose() => _set.Dispose();

    [TestMethod]
    public void The_code_that_is_shown_is_the_code_below() => ShownCode.Check("getting-started.md", nameof(GettingStartedTests));

    [TestMethod]
    public void The_code_that_is_shown_goes_from_videos_to_a_zip()
    {
        var (data, checkpoint, state, zip) = (_set.Videos, _set.Checkpoint(), _set.File("state"), _set.File("model.zip"));
        var loading = new VideoLoadingOptions { FrameCount = 4, SamplingRate = 1, Size = 32 };
        var recipe = VideoClassifierOptions.VideoMae with { Epochs = 1, WarmupEpochs = 0 };
        // <shown>
        var mlContext = new MLContext(seed: 1);
        IDataView training = Ucf101.Load(mlContext, data, split: 1, Ucf101Subset.Train);
        IDataView test = Ucf101.Load(mlContext, data, split: 1, Ucf101Subset.Test);

        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.LoadVideo(options: loading))
            .Append(mlContext.Transforms.GardenerPrune(ratio: 0.25, checkpoint: checkpoint))
            .Append(mlContext.MulticlassClassification.Trainers.VideoClassifier(recipe with { ResumeFolder = state }));
        using var model = pipeline.Fit(training);
        mlContext.Model.Save(model, training.Schema, zip);

        var metrics = mlContext.MulticlassClassification.EvaluateVideo(model, test, new() { Views = new VideoViews(5, 3) });
        Console.WriteLine($"WAR {metrics.War:0.000}, UAR {metrics.Uar:0.000} on {metrics.ClipCount} videos");
        // </shown>
        Assert.HasCount(1, model.LastTransformer.PruningPlan!.Removed);
        Assert.AreEqual(test.Preview(100).RowView.Length, (int)metrics.ClipCount);
        Assert.IsTrue(File.Exists(zip));
    }
}
