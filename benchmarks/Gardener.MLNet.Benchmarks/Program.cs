using BenchmarkDotNet.Running;
using GardenerML.Benchmarks;
using GardenerML.Benchmarks.Leaks;
using GardenerML.Benchmarks.LearningCurves;

// `-- table` and `-- checkpoints` print one table of ratios from one run; `-- learning-curves` trains models of several sizes (see
// its --help); `-- leaks [STEPS]` prints the memory of a long run, of 20,000 steps unless told otherwise; anything else goes to
// BenchmarkDotNet (try `-- --list flat`).
if (args is ["table", ..])
    WeightStatisticsTable.Print();
else if (args is ["checkpoints", ..])
    CheckpointTable.Print();
else if (args is ["learning-curves", .. var options])
    return await LearningCurvesCommand.RunAsync(options);
else if (args is ["leaks", .. var number])
    return LeakTable.Print(number is [var steps] ? int.Parse(steps) : 20_000);
else
    BenchmarkSwitcher.FromAssembly(typeof(WeightStatisticsBenchmark).Assembly).Run(args);
return 0;
