using BenchmarkDotNet.Running;
using GardenerML.Benchmarks;

// Each of these prints one table of ratios from one run; anything else goes to BenchmarkDotNet (try `-- --list flat`).
Dictionary<string, Action<string[]>> tables = new()
{
    ["table"] = _ => WeightStatisticsTable.Print(),
    ["checkpoints"] = _ => CheckpointTable.Print(),
    ["inference"] = InferenceTable.Print,
    ["decoding"] = DecodingTable.Print,
    ["scoring"] = ScoringTable.Print,
};
if (args is [var name, .. var rest] && tables.TryGetValue(name, out var print))
    print(rest);
else
    BenchmarkSwitcher.FromAssembly(typeof(WeightStatisticsBenchmark).Assembly).Run(args);
