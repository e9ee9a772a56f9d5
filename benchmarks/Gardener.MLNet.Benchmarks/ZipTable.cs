using System.Diagnostics;
using System.Globalization;
using GardenerML.Checkpoints;
using GardenerML.Training;
using Microsoft.ML;

namespace GardenerML.Benchmarks;

/// <summary>
/// Saves and loads the model zip of a base model, against writing and reading a file of the same size: shortest times, and what the
/// garbage collector sees of the weights. The page cache is warm; a disk may be slower than all of these.
/// </summary>
internal static class ZipTable
{
    private const int Rounds = 3;

    public static void Print()
    {
        var folder = Directory.CreateTempSubdirectory("zip-table").FullName;
        try
        {
            Console.WriteLine("| weights | MB | save s | write the same s | load s | read the same s | managed MB, save | managed MB, load |");
            Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
            foreach (var type in (TensorType[])[TensorType.Float32, TensorType.Float16])
                Print(Path.Combine(folder, "model.zip"), Path.Combine(folder, "plain"), type);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Print(string zip, string plain, TensorType type)
    {
        var ml = new MLContext(1);
        using var model = new VideoClassifierTransformer(
            ml, BenchmarkModels.WithRandomWeights(BenchmarkModels.Base), new VideoClassifierDescription
            {
                VideoColumnName = "Video",
                ScoreColumnName = "Score",
                PredictedLabelColumnName = "PredictedLabel",
                ScoringBatchSize = 8,
                SavedWeightType = type,
            }, keyNames: null);
        var (save, saved) = Shortest(() => ml.Model.Save(model, null, zip));
        var (load, loaded) = Shortest(() => ((IDisposable)ml.Model.Load(zip, out _)).Dispose());
        var bytes = File.ReadAllBytes(zip);
        var (write, _) = Shortest(() => File.WriteAllBytes(plain, bytes));
        var (read, _) = Shortest(() =>
        {
            using var file = File.OpenHandle(plain);
            RandomAccess.Read(file, bytes, 0);
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {type} | {bytes.Length / 1e6:F0} | {save:F2} | {write:F2} | {load:F2} | {read:F2} | {saved / 1e6:F1} | {loaded / 1e6:F1} |"));
    }

    private static (double Seconds, long Bytes) Shortest(Action action)
    {
        var (shortest, bytes) = (double.PositiveInfinity, 0L);
        for (var round = 0; round <= Rounds; round++)
        {
            var (before, start) = (GC.GetTotalAllocatedBytes(true), Stopwatch.GetTimestamp());
            action();
            shortest = Math.Min(shortest, Stopwatch.GetElapsedTime(start).TotalSeconds);
            bytes = GC.GetTotalAllocatedBytes(true) - before;
        }
        return (shortest, bytes);
    }
}
