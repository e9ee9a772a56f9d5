using BenchmarkDotNet.Running;
using GardenerML.Benchmarks;
using GardenerML.Benchmarks.Leaks;
using GardenerML.Benchmarks.LearningCurves;

// `-- learning-curves` trains models of several sizes (see its --help); `-- leaks [STEPS]` prints the memory of a long run, of 20,000
// steps unless told otherwise. Each of the tables comes from one run; anything else goes to BenchmarkDotNet (try `-- --list flat`).
Dictionary<string, Action<string[]>> tables = new()
{
    ["table"] = _ => WeightStatisticsTable.Print(),
    ["checkpoints"] = _ => CheckpointTable.Print(),
    ["zip"] = _ => ZipTable.Print(),
    ["inference"] = InferenceTable.Print,
    ["training"] = TrainingTable.Print,
    ["loading"] = LoadingTable.Print,
    ["decoding"] = DecodingTable.Print,
    ["scoring"] = ScoringTable.Print,
};
if (args is ["learning-curves", .. var options])
    return await LearningCurvesCommand.RunAsync(options);
if (args is ["leaks", .. var number])
    return LeakTable.Print(number is [var steps] ? int.Parse(steps) : 20_000);
if (args is [var name, .. var rest] && tables.TryGetValue(name, out var print))
    print(rest);
else
    BenchmarkSwitcher.FromAssembly(typeof(WeightStatisticsBenchmark).Assembly).Run(args);
return 0;
