using GardenerML;
using GardenerML.Tests;
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
    public void The_pipeline_of_the_readme_compiles_and_asks_for_a_checkpoint()
    {
        var mlContext = _mlContext;
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.LoadVideo())
            .Append(Gardener.Prune(ratio: 0.25))
            .Append(VideoClassifier());

        var data = mlContext.Data.LoadFromEnumerable([new Row { VideoPath = "a.avi", Label = "a" }]);
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => pipeline.Fit(data));
        StringAssert.Contains(error.Message, "No checkpoint is named");
        StringAssert.Contains(error.Message, "No checkpoint is named");
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
