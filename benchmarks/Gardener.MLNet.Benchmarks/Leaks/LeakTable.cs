using System.Diagnostics;
using GardenerML.Samples.CommandLine;
using GardenerML.Training;
using GardenerML.Video;
using GardenerML.VideoMae;
using Microsoft.ML;
using TorchSharp;

namespace GardenerML.Benchmarks.Leaks;

/// <summary>
/// Trains and predicts for long with a small model and prints what is held: resident memory, managed memory and live tensors must
/// stay level.
/// </summary>
internal static class LeakTable
{
    private const int Side = 16;
    private const int Frames = 4;
    private const int Clips = 64;
    private const int BatchSize = 8;
    private const int Rows = 20;

    /// <summary>Runs and prints.</summary>
    /// <param name="steps">Training steps, and then predictions.</param>
    /// <returns>0 where the number of live tensors stayed the same, else 1.</returns>
    public static int Print(int steps)
    {
        var context = new MLContext(seed: 1);
        var rows = Enumerable.Range(0, Clips).Select(Row.Make).ToArray();
        var data = context.Data.LoadFromEnumerable(rows);
        var keyed = context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        Console.WriteLine("doing         count  resident MB  managed MB  live tensors");
        var training = new Watch("training", steps);
        var options = new VideoClassifierOptions
        {
            NewModel = new VideoMaeConfiguration { PatchSize = 8, Width = 24, BlockCount = 2, HeadCount = 2, MlpWidth = 48 },
            Device = ComputeDevice.Cpu,
            BatchSize = BatchSize,
            Epochs = Math.Max(2, steps * BatchSize / Clips),
            DropPath = 0.1,
            HeadDropout = 0.1,
            WeightAveraging = 0.99,
            GradientClipping = 1,
            MicroBatchSize = 4,
            RecomputeActivations = true,
            Augmentation = ClipAugmentation.VideoMae,
            ValidationSet = keyed,
            KeepBestWeights = true,
            Progress = new ImmediateProgress<TrainingProgress>(step => training.Tell(step.Step)),
        };
        using var model = context.MulticlassClassification.Trainers.VideoClassifier(options).Fit(keyed);
        var predicting = new Watch("predicting", steps);
        using var engine = context.Model.CreatePredictionEngine<Row, Prediction>(
            model, new PredictionEngineOptions { IgnoreMissingColumns = true, OwnsTransformer = false });
        for (var i = 0; i < steps; i++)
        {
            engine.Predict(rows[i % Clips]);
            predicting.Tell(i + 1);
        }
        var level = training.IsLevel && predicting.IsLevel;
        Console.WriteLine(level ? "The number of live tensors stayed the same." : "The number of live tensors changed.");
        return level ? 0 : 1;
    }

    /// <summary>Prints a row at equal distances.</summary>
    private sealed class Watch(string what, int count)
    {
        private readonly HashSet<long> _tensors = [];

        /// <summary>Whether as many tensors were alive at each row.</summary>
        public bool IsLevel => _tensors.Count <= 1;

        public void Tell(int done)
        {
            // The first row after a few steps: what is made once is there.
            if (done != Math.Min(10, count) && done % Math.Max(1, count / Rows) != 0)
                return;
            var managed = GC.GetTotalMemory(forceFullCollection: true);
            var tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            _tensors.Add(tensors);
            using var process = Process.GetCurrentProcess();
            Console.WriteLine($"{what,-10} {done,8} {process.WorkingSet64 / 1e6,12:0.0} {managed / 1e6,11:0.0} {tensors,13}");
        }
    }

    private sealed class Row
    {
        [VideoClipType(Frames, Side, Side)]
        public VideoClip? Video { get; set; }

        public string Label { get; set; } = "";

        public static Row Make(int number)
        {
            var pixels = new byte[Frames * Side * Side * 3];
            new Random(number).NextBytes(pixels);
            return new Row { Video = VideoClip.FromFrames(pixels, Frames, Side, Side), Label = $"{number % 3}" };
        }
    }

    private sealed class Prediction
    {
        public float[] Score { get; set; } = [];
    }
}
