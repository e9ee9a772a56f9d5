using System.Diagnostics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using GardenerML.Checkpoints;
using GardenerML.Pruning;
using GardenerML.VideoMae;

namespace GardenerML.Benchmarks;

/// <summary>
/// Opens checkpoint files of base size and scores their 12 blocks, against merely reading the same weights from the same file: one
/// table from one run, with what is allocated.
/// </summary>
internal static class CheckpointTable
{
    private const int Runs = 5;

    public static void Print()
    {
        var folder = Directory.CreateTempSubdirectory("checkpoint-table").FullName;
        try
        {
            Console.WriteLine("type      MB   open ms   cold score ms   warm score ms   read ms  score/read   managed MB");
            foreach (var type in (TensorType[])[TensorType.Float32, TensorType.Float16])
                PrintRow(Path.Combine(folder, $"{type}.safetensors"), type);
            using var process = Process.GetCurrentProcess();
            Console.WriteLine($"Peak resident memory, pages of the mapped files included: {process.PeakWorkingSet64 / 1e6:0} MB");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void PrintRow(string path, TensorType type)
    {
        Write(path, type);
        var dropped = DropPageCache();
        using var checkpoint = VideoMaeCheckpoint.Open(path);
        var cold = Milliseconds(() => Score(checkpoint));
        var open = Median(() => VideoMaeCheckpoint.Open(path).Dispose());
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        Score(checkpoint);
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        var warm = Median(() => Score(checkpoint));
        var read = Median(() => Read(checkpoint));
        Console.WriteLine(
            $"{type,-8} {new FileInfo(path).Length / 1e6,4:0} {open,9:0.0} {(dropped ? cold.ToString("0") : "-"),15} {warm,15:0.0} {read,8:0.0} "
            + $"{warm / read,11:0.0} {allocated / 1e6,12:0.0}");
    }

    private static void Score(VideoMaeCheckpoint checkpoint) =>
        BlockScores.Compute([.. Enumerable.Range(0, checkpoint.BlockCount).Select(checkpoint.BlockWeights)]);

    /// <summary>Merely reading: the stored bytes added up as 64-bit numbers.</summary>
    private static void Read(VideoMaeCheckpoint checkpoint) => Parallel.For(0, checkpoint.BlockCount, block =>
    {
        foreach (var tensor in checkpoint.BlockWeights(block))
            _ = TensorPrimitives.Sum(MemoryMarshal.Cast<byte, long>(tensor.Bytes));
    });

    /// <summary>A base model of random weights: normal, as those of a trained model nearly are.</summary>
    private static void Write(string path, TensorType type)
    {
        var configuration = VideoMaeConfiguration.Base;
        var random = new Random(1);
        var values = new float[1 << 20];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(0.02 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        using var model = new VideoMaeClassifier(configuration with { ClassCount = 400 });
        var tensors = model.named_parameters().Select(parameter => new TensorContent(
            parameter.name, type, parameter.parameter.shape, stream => Fill(stream, parameter.parameter.NumberOfElements)));
        VideoMaeCheckpointWriter.Save(path, new VideoMaeCheckpointContent
        {
            Configuration = model.Configuration,
            Tensors = [.. tensors],
        }, CheckpointLayout.SingleFile);

        void Fill(Stream stream, long count)
        {
            var bytes = type == TensorType.Float32
                ? MemoryMarshal.AsBytes<float>(values)
                : MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values, value => (Half)value));
            var size = type.Size();
            for (; count > 0; count -= values.Length)
                stream.Write(bytes[..(int)(Math.Min(count, values.Length) * size)]);
        }
    }

    /// <summary>Makes the next read come from the disk; only Linux offers this, and only to root.</summary>
    private static bool DropPageCache()
    {
        try
        {
            if (OperatingSystem.IsLinux())
                Process.Start("sync").WaitForExit();
            File.WriteAllText("/proc/sys/vm/drop_caches", "1");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static double Median(Action action)
    {
        action();
        var times = Enumerable.Range(0, Runs).Select(_ => Milliseconds(action)).Order().ToArray();
        return times[Runs / 2];
    }

    private static double Milliseconds(Action action)
    {
        var clock = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(clock).TotalMilliseconds;
    }
}
