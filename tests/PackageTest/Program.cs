using GardenerML;
using GardenerML.Checkpoints;
using GardenerML.Reporting;
using GardenerML.Video;
using GardenerML.VideoMae;
using Microsoft.ML;
using OpenCvSharp;
using static GardenerML.Gardener;

// Usage: PackageTest FOLDER
// Makes a few clips, trains a small model, prunes and fine-tunes it, saves it, loads it, predicts, and reports on it.
var folder = Directory.CreateDirectory(args[0]).FullName;
Clips.Make(Path.Combine(folder, "clips"));

var mlContext = new MLContext(seed: 1);
var clips = Ucf101.Load(mlContext, Path.Combine(folder, "clips"), subset: Ucf101Subset.All);
var loading = new VideoLoadingOptions { FrameCount = 4, SamplingRate = 1, Size = 32 };
var steps = mlContext.Transforms.Conversion.MapValueToKey("Label").Append(mlContext.Transforms.LoadVideo(options: loading));

var small = new VideoMaeConfiguration { PatchSize = 16, Width = 24, BlockCount = 4, HeadCount = 3, MlpWidth = 48 };
var whole = Path.Combine(folder, "whole.zip");
using (var unpruned = steps.Append(VideoClassifier(new() { NewModel = small, Epochs = 1, Seed = 1 })).Fit(clips))
    mlContext.Model.Save(unpruned, clips.Schema, whole);

var pipeline = steps
    .Append(Gardener.Prune(ratio: 0.25, checkpoint: whole))
    .Append(VideoClassifier(new() { Epochs = 1, Seed = 1 }));
using var model = pipeline.Fit(clips);
if (PlanPruning(new() { Ratio = 0.25 }) is not { Checkpoint: ShippedCheckpoints.VideoMaeTiny, Kept.Count: 9 })
    throw new InvalidOperationException("The checkpoint in the package is not what it should be.");
var zip = Path.Combine(folder, "model.zip");
mlContext.Model.Save(model, clips.Schema, zip);

var loaded = new MLContext().Model.Load(zip, out _);
using var owned = loaded as IDisposable;
var before = Scores(model.Transform(clips));
var after = Scores(loaded.Transform(clips));
if (model.LastTransformer.PruningPlan!.Removed.Count != 1 || before.Count == 0
    || !before.Zip(after, (one, other) => one.SequenceEqual(other)).All(same => same))
    throw new InvalidOperationException("The loaded model does not predict what the saved one did.");

var report = Path.Combine(folder, "report.html");
HtmlReport.Of(model, "Package test").Save(report);
var page = File.ReadAllText(report);
if (!page.Contains("<title>Package test</title>") || !page.Contains("<svg"))
    throw new InvalidOperationException("The report lacks its title or its figures.");
Console.WriteLine($"Package test passed: {after.Count} clips, library {typeof(VideoClip).Assembly.GetName().Version}.");

List<float[]> Scores(IDataView scored) =>
    [.. mlContext.Data.CreateEnumerable<Prediction>(scored, reuseRowObject: false).Select(row => row.Score)];

internal sealed class Prediction
{
    public float[] Score { get; set; } = [];
}

internal static class Clips
{
    /// <summary>Two classes, bright and dark, of three clips each.</summary>
    public static void Make(string folder)
    {
        foreach (var (name, shade) in new[] { ("Bright", 200), ("Dark", 40) })
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
            for (var group = 1; group <= 3; group++)
            {
                var path = Path.Combine(folder, name, $"v_{name}_g{group:00}_c01.avi");
                using var writer = new VideoWriter(path, VideoCaptureAPIs.FFMPEG, FourCC.FromString("MJPG"), 8, new Size(32, 32));
                using var frame = new Mat(32, 32, MatType.CV_8UC3, Scalar.All(shade + group));
                for (var count = 0; count < 6; count++)
                    writer.Write(frame);
            }
        }
    }
}
