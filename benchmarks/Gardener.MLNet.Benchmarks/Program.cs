using BenchmarkDotNet.Running;
using GardenerML.Benchmarks;
using GardenerML.Benchmarks.LearningCurves;

// `-- table` and `-- checkpoints` print one table of ratios from one run; `-- learning-curves` trains models of several sizes (see
// its --help); anything else goes to BenchmarkDotNet (try `-- --list flat`).
if (args is ["table", ..])
    WeightStatisticsTable.Print();
else if (args is ["checkpoints", ..])
    CheckpointTable.Print();
else if (args is ["learning-curves", .. var options])
    return await LearningCurvesCommand.RunAsync(options);
else
    BenchmarkSwitcher.FromAssembly(typeof(WeightStatisticsBenchmark).Assembly).Run(args);
return 0;
