using System.Diagnostics;
using System.Globalization;
using GardenerML.Training;
using GardenerML.Video;

namespace GardenerML.Benchmarks;

/// <summary>
/// How long training waits for clips: epochs of a tiny model over real videos, with augmentation, the first decoding, the second
/// from the cache, and one without a cache. Arguments: the number of clips (256), and a folder of videos (../shared/ucf101/videos).
/// </summary>
internal static class LoadingTable
{
    private const int Batch = 16;

    public static void Print(string[] arguments)
    {
        var count = arguments is [var clips, ..] ? int.Parse(clips, CultureInfo.InvariantCulture) : 256;
        var folder = arguments is [_, var given, ..] ? given : "../shared/ucf101/videos";
        if (!Directory.Exists(folder))
        {
            Console.WriteLine($"Skipped: no folder {folder}");
            return;
        }
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(count);
        var geometry = BenchmarkModels.Tiny;
        var loading = new VideoLoadingOptions
        {
            FrameCount = geometry.FrameCount,
            Size = geometry.ImageSize,
            Sampling = FrameSampling.RandomStart,
        };
        List<LabelledClip> data = [.. files.Select((file, i) => new LabelledClip(VideoClip.FromFile(file, loading), i % geometry.ClassCount))];
        var options = new VideoClassifierOptions
        {
            BatchSize = Batch,
            Augmentation = new ClipAugmentation { MinimumCropArea = 0.5, HorizontalFlip = 0.5 },
        };
        Console.WriteLine($"{TorchSharp.torch.get_num_threads()} threads compute; {data.Count} clips in batches of {Batch}");
        Console.WriteLine("| clips | type | clips/s | waiting for clips | processors busy |");
        Console.WriteLine("| --- | --- | ---: | ---: | ---: |");
        foreach (var type in (TorchSharp.torch.ScalarType[])[TorchSharp.torch.ScalarType.Float32, TorchSharp.torch.ScalarType.BFloat16])
        {
            using var model = BenchmarkModels.WithRandomWeights(geometry);
            using var step = new ClassificationStep(
                model, options, 1, [.. Enumerable.Repeat(1f, geometry.ClassCount)], headIsNew: true, (_, _) => { });
            step.ComputeType = type;
            using var cache = new FrameCache(4L << 30);
            using var none = new FrameCache(0);
            Epoch("decoded, no cache", none, 1);
            Epoch("decoded", cache, 1);
            Epoch("from the cache", cache, 2);

            void Epoch(string name, FrameCache frames, int epoch)
            {
                var (loader, _) = ClipLoader.For(options, geometry, data, [], frames);
                var (start, busy, waited) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, TimeSpan.Zero);
                var number = 0;
                using var batches = loader.Epoch(Batch, new EpochSeed(1, epoch), 0, CancellationToken.None).GetEnumerator();
                while (true)
                {
                    var asked = Stopwatch.GetTimestamp();
                    if (!batches.MoveNext())
                        break;
                    // Nothing can hide the very first clips.
                    if (number > 0)
                        waited += Stopwatch.GetElapsedTime(asked);
                    using (batches.Current)
                        step.Run(batches.Current, number++, 1e-4);
                }
                var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {name} | {type} | {data.Count / seconds:F0} | {waited.TotalSeconds / seconds:P1} "
                    + $"| {(Environment.CpuUsage.TotalTime - busy).TotalSeconds / seconds:F2} |"));
            }
        }
    }
}
