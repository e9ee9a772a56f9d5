using System.Diagnostics;
using GardenerML.Checkpoints;

namespace GardenerML.Benchmarks;

/// <summary>
/// Times every method of <see cref="WeightStatisticsBenchmark"/> in turn, several rounds: on a machine that others use too,
/// ratios of neighbouring times mean more than times.
/// </summary>
internal static class WeightStatisticsTable
{
    private const int Rounds = 7;
    private const int SortRounds = 3;

    public static void Print()
    {
        Console.WriteLine($"12 blocks of 7,077,888 weights, {Environment.ProcessorCount} processors, medians of {Rounds} rounds, of {SortRounds} for the sort");
        Console.WriteLine("| stored as | what | ms | of the sum | managed memory, MiB |");
        Console.WriteLine("| --- | --- | ---: | ---: | ---: |");
        foreach (var type in (TensorType[])[TensorType.Float32, TensorType.Float16, TensorType.BFloat16])
            Print(type);
    }

    private static void Print(TensorType type)
    {
        var benchmark = new WeightStatisticsBenchmark { Type = type };
        benchmark.Setup();
        (string Name, Action Run)[] methods =
        [
            ("sum", () => benchmark.Sum()),
            ("half-grid entropy", () => benchmark.HalfGridEntropy()),
            ("moments", () => benchmark.Moments()),
            ("exact entropy", () => benchmark.ExactEntropy()),
            ("256 bins, shared range", () => benchmark.UniformBins()),
            ("all statistics", () => benchmark.All()),
            ("sort and count", () => benchmark.SortAndCount()),
        ];
        var times = Array.ConvertAll(methods, _ => new List<double>());
        var memory = new double[methods.Length];
        for (var i = 0; i < methods.Length - 1; i++)
        {
            // Enough calls for the compiler's second tier.
            for (var warmup = 0; warmup < 3; warmup++)
                methods[i].Run();
        }
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < methods.Length; i++)
            {
                if (i == methods.Length - 1 && round >= SortRounds)
                    continue;
                var allocated = GC.GetTotalAllocatedBytes(precise: true);
                var start = Stopwatch.GetTimestamp();
                methods[i].Run();
                times[i].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                memory[i] = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / 1048576.0;
            }
        }
        for (var i = 0; i < methods.Length; i++)
        {
            var ratio = Median([.. times[i].Select((time, round) => time / times[0][round])]);
            Console.WriteLine($"| {type} | {methods[i].Name} | {Median([.. times[i]]):F0} | {ratio:F1} | {memory[i]:F0} |");
        }
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
