using BenchmarkDotNet.Running;
using GardenerML.Benchmarks;

// `-- table` and `-- checkpoints` print one table of ratios from one run; anything else goes to BenchmarkDotNet (try `-- --list flat`).
if (args is ["table", ..])
    WeightStatisticsTable.Print();
else if (args is ["checkpoints", ..])
    CheckpointTable.Print();
else
    BenchmarkSwitcher.FromAssembly(typeof(WeightStatisticsBenchmark).Assembly).Run(args);
