using System.Diagnostics;
using System.Globalization;
using GardenerML.Checkpoints;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;

namespace GardenerML.Benchmarks;

/// <summary>
/// Scoring of a data view of videos from end to end, decoding included, by a tiny model: speed, busy processors and memory by the
/// number of rows. Arguments: the most rows (10,000), and a folder of videos, used over and over (../shared/ucf101/videos).
/// </summary>
internal static class ScoringTable
{
    private const int Frames = 8;
    private const int Side = 64;

    public static void Print(string[] arguments)
    {
        var most = arguments is [var rows, ..] ? int.Parse(rows, CultureInfo.InvariantCulture) : 10_000;
        var folder = arguments is [_, var given, ..] ? given : "../shared/ucf101/videos";
        if (!Directory.Exists(folder))
        {
            Console.WriteLine($"Skipped: no folder {folder}");
            return;
        }
        string[] files = [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        var options = new VideoLoadingOptions { FrameCount = Frames, Size = Side };
        var ml = new MLContext(1);
        using var model = Model(ml);
        Console.WriteLine("| rows | seconds | clips/s | processors busy | managed bytes a clip | resident MB after |");
        Console.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: |");
        Score(Math.Min(most, 32), print: false);
        for (var count = 100; count <= most; count *= 10)
            Score(count, print: true);

        void Score(int count, bool print)
        {
            var view = ml.Data.LoadFromEnumerable(Enumerable.Range(0, count)
                .Select(i => new Row { Video = VideoClip.FromFile(files[i % files.Length], options) }));
            var (allocated, busy, start) = (GC.GetTotalAllocatedBytes(true), Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
            var scored = model.Transform(view);
            var score = scored.Schema["Score"];
            var read = 0;
            using (var cursor = scored.GetRowCursor([score]))
            {
                var get = cursor.GetGetter<Microsoft.ML.Data.VBuffer<float>>(score);
                var scores = default(Microsoft.ML.Data.VBuffer<float>);
                for (; cursor.MoveNext(); read++)
                    get(ref scores);
            }
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            using var process = Process.GetCurrentProcess();
            if (print)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {read:N0} | {seconds:F1} | {read / seconds:F0} | {(Environment.CpuUsage.TotalTime - busy).TotalSeconds / seconds:F2} "
                    + $"| {(GC.GetTotalAllocatedBytes(true) - allocated) / read:N0} | {process.WorkingSet64 / 1e6:F0} |"));
        }
    }

    private static VideoClassifierTransformer Model(MLContext ml)
    {
        var model = BenchmarkModels.WithRandomWeights(BenchmarkModels.Tiny);
        return new VideoClassifierTransformer(ml, model, new VideoClassifierDescription
        {
            VideoColumnName = nameof(Row.Video),
            ScoreColumnName = "Score",
            PredictedLabelColumnName = "PredictedLabel",
            ScoringBatchSize = 8,
            SavedWeightType = TensorType.Float32,
        }, keyNames: null);
    }

    private sealed class Row
    {
        [VideoClipType(Frames, Side, Side)]
        public VideoClip? Video { get; set; }
    }
}
