using GardenerML.Pretraining;
using GardenerML.Samples.Motion;
using GardenerML.Video;
using GardenerML.VideoMae;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Tests.Documentation;

/// <summary>The code of docs/pretraining.md stands here between marks: it is compiled, and run with a smaller model.</summary>
[TestClass]
public sealed class PretrainingGuideTests
{
    [TestMethod]
    public void The_code_that_is_shown_is_the_code_below() => ShownCode.Check("pretraining.md", nameof(PretrainingGuideTests));

    [TestMethod]
    public void The_code_that_is_shown_pretrains()
    {
        var folder = Directory.CreateTempSubdirectory("gardener-guide-").FullName;
        var mlContext = new MLContext(1);
        var made = MotionDataset.Create(
            Path.Combine(folder, "motion"), new MotionDatasetOptions { Groups = 2, ClipsPerGroup = 1, ImageSize = 32, FrameCount = 12 });
        try
        {
            Pretrain(mlContext, made.Folder, made.VideoFolder, made.ClipPath(MotionClass.MoveLeft, 1, 1));
            Assert.IsTrue(File.Exists(Path.Combine(folder, "motion", "strip.png")));
            Assert.IsTrue(File.Exists(Path.Combine(folder, "motion", "pretrained", "model.safetensors")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Pretrain(MLContext mlContext, string folder, string videos, string video)
    {
        // <shown>
        var options = new VideoMaePretrainingOptions
        {
            NewModel = new VideoMaeConfiguration { Width = 128, BlockCount = 12, HeadCount = 4, MlpWidth = 512 }, // or Checkpoint
            MaskRatio = 0.75,
            Epochs = 1000,
            ResumeFolder = Path.Combine(folder, "state"), // after a crash or Ctrl+C, the same Fit goes on from here
        };
        var loading = new VideoLoadingOptions { FrameCount = 8, Size = 64, Sampling = FrameSampling.RandomStartAndRate };
        // </shown>
        options = options with { Epochs = 1, WarmupEpochs = 0, NewModel = options.NewModel! with { BlockCount = 1, Width = 32, MlpWidth = 32 } };
        // <shown>
        var pipeline = mlContext.Transforms.LoadVideo(options: loading)
            .Append(mlContext.Transforms.PretrainVideoMae(options));
        using var model = pipeline.Fit(VideoFolder.Load(mlContext, videos));
        model.LastTransformer.SaveCheckpoint(Path.Combine(folder, "pretrained"));
        model.LastTransformer.Reconstruct(VideoClip.FromFile(video, loading)).SavePng(Path.Combine(folder, "strip.png"));
        float[][] features = [.. model.Transform(VideoFolder.Load(mlContext, videos)).GetColumn<float[]>("Features")];
        // </shown>
        Assert.HasCount(16, features);
        Assert.IsTrue(features.All(row => row.Length == 32));
    }
}
