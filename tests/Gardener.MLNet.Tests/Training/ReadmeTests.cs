using GardenerML;
using GardenerML.Checkpoints;
using GardenerML.Tests;
using GardenerML.Tests.Sensitivity;
using GardenerML.Tests.Training;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;
using static GardenerML.Gardener;

// Outside the library's namespaces, as users' code is.
namespace Readme;

[TestClass]
public sealed class ReadmeTests
{
    private readonly MLContext _mlContext = new(seed: 1);

    [TestMethod]
    public void A_pipeline_needs_no_checkpoint()
    {
        using var set = new MotionSet();
        var mlContext = _mlContext;
        var data = Ucf101.Load(mlContext, set.Videos, subset: Ucf101Subset.Train);
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.LoadVideo())
            .Append(Gardener.Prune(ratio: 0.25))
            .Append(VideoClassifier(new() { Epochs = 1, Seed = 1, Device = ComputeDevice.Cpu }));
        using var model = pipeline.Fit(data);
        var plan = model.LastTransformer.PruningPlan!;
        Assert.AreEqual((ShippedCheckpoints.VideoMaeTiny, 3, 9), (plan.Checkpoint, plan.Removed.Count, plan.Kept.Count));
        Assert.HasCount(8, model.Transform(data).GetColumn<float[]>("Score").First());
    }

    [TestMethod]
    public void Without_pruning_the_trainer_takes_the_same_checkpoint()
    {
        using var set = new MotionSet();
        var data = Ucf101.Load(_mlContext, set.Videos, subset: Ucf101Subset.Train);
        var options = new VideoClassifierOptions { Epochs = 1, Seed = 1, Device = ComputeDevice.Cpu };
        using var model = _mlContext.Transforms.Conversion.MapValueToKey("Label").Append(_mlContext.Transforms.LoadVideo())
            .Append(VideoClassifier(options)).Fit(data);
        using var named = _mlContext.Transforms.Conversion.MapValueToKey("Label").Append(_mlContext.Transforms.LoadVideo())
            .Append(VideoClassifier(options with { Checkpoint = ShippedCheckpoints.VideoMaeTiny })).Fit(data);
        Assert.AreEqual(12, model.LastTransformer.Model.Configuration.BlockCount);
        CollectionAssert.AreEqual(named.LastTransformer.Weights(), model.LastTransformer.Weights());
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Clips_that_nobody_chose_for_the_checkpoint_are_refused_with_what_to_write(bool frames)
    {
        var options = new VideoLoadingOptions { SamplingRate = 2 };
        options = frames ? options with { FrameCount = 8 } : options;
        var data = _mlContext.Data.LoadFromEnumerable(new[] { "a", "b" }.Select(label => new Row { VideoPath = "a.avi", Label = label }));
        var pipeline = _mlContext.Transforms.Conversion.MapValueToKey("Label").Append(_mlContext.Transforms.LoadVideo(options: options))
            .Append(VideoClassifier(new() { Checkpoint = ReferenceData.Golden("tiny-a"), Device = ComputeDevice.Cpu }));
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => pipeline.Fit(data));
        foreach (var part in new[] { "8 frames of 64 x 64", "LoadVideo(options: new() { FrameCount = 8, Size = 32 })" })
            StringAssert.Contains(error.Message, part);
    }

    [TestMethod]
    public void Clips_of_another_geometry_are_taken_where_somebody_chose_what_differs()
    {
        using var checkpoint = VideoMaeCheckpoint.Open(ShippedCheckpoints.VideoMaeTiny);
        ModelStart.RequireChosen(new VideoLoadingOptions { FrameCount = 4 }.ClipType, checkpoint);
        ModelStart.RequireChosen(new VideoLoadingOptions { Size = 32 }.ClipType, checkpoint);
        ModelStart.RequireChosen(new VideoClipDataViewType(4, 32, 32), checkpoint);
    }

    [TestMethod]
    public void The_static_form_and_the_catalog_make_the_same_model()
    {
        var (checkpoint, clip) = (ReferenceData.Golden("tiny-a"), VideoClip.FromFrames(new byte[8 * 32 * 32 * 3], 8, 32, 32));
        var rows = new[] { "a", "b" }.Select(label => new ClipRow { Video = clip, Label = label }).ToArray();
        var options = new VideoClassifierOptions { Epochs = 1, Seed = 3, Device = ComputeDevice.Cpu };
        var data = _mlContext.Data.LoadFromEnumerable(rows);
        var keys = _mlContext.Transforms.Conversion.MapValueToKey("Label");

        using var byStatic = keys.Append(Prune(0.5, checkpoint)).Append(VideoClassifier(options)).Fit(data);
        using var byCatalog = keys.Append(_mlContext.Transforms.GardenerPrune(0.5, checkpoint))
            .Append(_mlContext.MulticlassClassification.Trainers.VideoClassifier(options)).Fit(data);
        CollectionAssert.AreEqual(
            byStatic.Transform(data).GetColumn<float[]>("Score").First(), byCatalog.Transform(data).GetColumn<float[]>("Score").First());
        Assert.HasCount(3, byStatic.LastTransformer.PruningPlan!.Removed);
    }

    private sealed class Row
    {
        public string VideoPath { get; set; } = "";

        public string Label { get; set; } = "";
    }

    private sealed class ClipRow
    {
        [VideoClipType(8, 32, 32)]
        public VideoClip? Video { get; set; }

        public string Label { get; set; } = "";
    }
}
