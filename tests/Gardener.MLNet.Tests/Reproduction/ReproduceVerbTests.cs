using System.Text.Json;
using GardenerML.Pruning;
using GardenerML.Reporting;
using GardenerML.Samples.Recipes;
using GardenerML.Samples.Reproduction;
using GardenerML.Sensitivity;
using GardenerML.Tests.CommandLine;
using GardenerML.Tests.Reporting;
using GardenerML.Tests.Sensitivity;
using GardenerML.Video;
using Microsoft.ML;
using OpenCvSharp;

namespace GardenerML.Tests.Reproduction;

[TestClass]
[DoNotParallelize]
public sealed class ReproduceVerbTests
{
    private static readonly string[] Tables =
        [ReproductionFiles.CurvesTable, ReproductionFiles.BlocksTable, ReproductionFiles.CorrelationsTable];

    [TestMethod]
    public async Task An_interrupted_experiment_ends_with_the_tables_of_one_that_was_not()
    {
        using var set = new MotionSet(groups: 5);
        string[] Arguments(string output) =>
        [
            "reproduce", "--checkpoint", set.Checkpoint(), "--data", set.Videos, "--epochs", "4", "--batch-size", "4", "--learning-rate", "0.01",
            "--sampling-rate", "1", "--device", "cpu", "--seeds", "2", "--seed", "4", "--removals", "1,2", "--criteria", "entropy,random,l1,mean", "-o", set.File(output), "--json",
        ];
        using var source = new CancellationTokenSource();
        var cancelled = CliRun.Of(source.Token, Arguments("resumed"));
        var first = Path.Combine(set.File("resumed"), "runs", "seed-4", "run.none.json");
        while (!cancelled.IsCompleted && !File.Exists(first))
            await Task.Delay(5);
        await source.CancelAsync();
        Assert.AreEqual(130, (await cancelled).ExitCode, (await cancelled).Error);
        Assert.AreEqual("", (await cancelled).Output);
        Assert.IsFalse(File.Exists(Path.Combine(set.File("resumed"), ReproductionFiles.Report)));
        var kept = File.GetLastWriteTimeUtc(first);

        var resumed = await CliRun.Of(Arguments("resumed"));
        Assert.AreEqual(0, resumed.ExitCode, resumed.Error);
        Assert.AreEqual(kept, File.GetLastWriteTimeUtc(first));
        var fresh = await CliRun.Of(Arguments("fresh"));
        Assert.AreEqual(0, fresh.ExitCode, fresh.Error);
        foreach (var table in Tables)
            Assert.AreEqual(Text("fresh", table), Text("resumed", table), table);

        // Nothing is trained a second time, and each set of blocks is measured once a seed.
        var runs = Runs("resumed");
        var again = await CliRun.Of(Arguments("resumed"));
        Assert.AreEqual(resumed.Output, again.Output);
        CollectionAssert.AreEqual(runs, Runs("resumed"));
        var sets = Text("resumed", ReproductionFiles.RunsTable).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(line => string.Join(',', line.Split(',').Take(2))).ToArray();
        CollectionAssert.AllItemsAreUnique(sets);
        Assert.HasCount(again.Json.GetProperty("trainings").GetInt32(), sets);
        Assert.HasCount(sets.Length, runs);

        CheckAgainstDirectCalls(set, resumed.Json);
        CheckFiles(set.File("resumed"));
        await CheckReport(set.File("resumed"), resumed.Json);

        string Text(string output, string file) => File.ReadAllText(Path.Combine(set.File(output), file));

        (string, DateTime)[] Runs(string output) =>
        [
            .. Directory.GetFiles(Path.Combine(set.File(output), "runs"), "run.*.json", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal).Select(file => (file, File.GetLastWriteTimeUtc(file))),
        ];
    }

    [TestMethod]
    public async Task Without_lists_all_criteria_of_the_paper_are_measured()
    {
        using var set = new MotionSet(groups: 5);
        var run = await CliRun.Of(
            "reproduce", "--checkpoint", set.Checkpoint(), "--data", set.Videos, "--epochs", "1", "--sampling-rate", "1", "--device", "cpu",
            "--seeds", "1", "-o", set.File("all"));
        Assert.AreEqual(0, run.ExitCode, run.Error);
        var curves = File.ReadAllText(Path.Combine(set.File("all"), ReproductionFiles.CurvesTable));
        foreach (var criterion in ReproductionOptions.PaperCriteria.Append("sensitivity"))
            foreach (var removed in (int[])[1, 2])
                StringAssert.Contains(curves, $"{criterion},{removed},");
        // The range of one seed is a point, which overlaps with no other.
        var report = File.ReadAllText(Path.Combine(set.File("all"), ReproductionFiles.Report));
        StringAssert.Contains(report, "of one seed");
        Assert.DoesNotContain("overlap", report);
        Assert.IsFalse(report.Split('\n').Any(line => line.StartsWith('|') && line.Contains('*')), report);
    }

    [TestMethod]
    public async Task More_blocks_than_may_go_are_refused()
    {
        using var set = new MotionSet();
        var run = await CliRun.Of("reproduce", "--checkpoint", set.Checkpoint(), "--removals", "1,3", "--device", "cpu", "-o", set.File("out"));
        Assert.AreEqual((1, ""), (run.ExitCode, run.Output));
        StringAssert.Contains(run.Error, "3 blocks cannot be removed");
        StringAssert.Contains(run.Error, "Give --removals of 1 to 2.");
    }

    [TestMethod]
    public async Task Lists_must_be_lists()
    {
        foreach (var (arguments, message) in ((string[], string)[])
            [(["--removals", "1,0"], "'0'"), (["--criteria", "entropi"], "entropi"), (["--seeds", "0"], "--seeds"), (["--learning-rate", "0"], "--learning-rate")])
        {
            var run = await CliRun.Of(["reproduce", "--checkpoint", "x", .. arguments]);
            Assert.AreEqual(2, run.ExitCode);
            StringAssert.Contains(run.Error, message);
        }
    }

    /// <summary>The oracle and each criterion once more, by the calls that a user would write.</summary>
    private static void CheckAgainstDirectCalls(MotionSet set, JsonElement json)
    {
        var recipe = FineTuningRecipe.For(set.Checkpoint());
        var training = recipe.Training with { Epochs = 4, BatchSize = 4, LearningRate = 0.01, Device = ComputeDevice.Cpu };
        var loading = recipe.Loading with { SamplingRate = 1 };
        var context = new MLContext(4);
        var videos = Ucf101.Load(context, set.Videos);
        var steps = context.Transforms.Conversion.MapValueToKey("Label").Append(context.Transforms.LoadVideo(options: loading)).Fit(videos);
        var test = steps.Transform(Ucf101.Load(context, set.Videos, subset: Ucf101Subset.Test));
        var results = ((int[])[4, 5]).Select(seed => context.MulticlassClassification.MeasureSensitivity(test, new SensitivityOptions
        {
            Checkpoint = set.Checkpoint(),
            TrainingSet = steps.Transform(videos),
            Training = training with { Seed = seed },
            Sets = [[0, 1], [0, 2], [1, 2]],
        })).ToArray();

        Assert.AreEqual(results.Average(result => result.Baseline.Accuracy), Mean(json.GetProperty("unpruned"), "war"), 1e-12);
        double[] losses = [.. Enumerable.Range(0, 3).Select(block => results.Average(result => result.Blocks[block].AccuracyLoss))];
        Assert.IsGreaterThan(1, losses.Distinct().Count(), "the losses are all equal, which tests little");
        var entropies = Gardener.PlanPruning(new PruningOptions { Checkpoint = set.Checkpoint() }).Blocks;
        foreach (var block in json.GetProperty("blocks").EnumerateArray())
        {
            var index = block.GetProperty("index").GetInt32();
            Assert.AreEqual(losses[index], Mean(block, "loss"), 1e-12);
            Assert.AreEqual(entropies[index].Value, block.GetProperty("entropy").GetDouble());
            Assert.AreEqual(entropies[index].StandardError, block.GetProperty("entropyError").GetDouble());
            Assert.AreEqual(entropies[index].Tied, block.GetProperty("tied").GetBoolean());
            Assert.AreEqual(entropies[index].RemovalRank + 1, block.GetProperty("entropyRank").GetInt32());
        }
        foreach (var point in json.GetProperty("curves").EnumerateArray())
        {
            var (criterion, count) = (point.GetProperty("criterion").GetString()!, point.GetProperty("removed").GetInt32());
            var accuracies = results.Select((result, i) => result.Without(Removed(criterion, count, 4 + i)).Accuracy).ToArray();
            Assert.AreEqual(accuracies.Average(), Mean(point, "war"), 1e-12, criterion);
            Assert.AreEqual(accuracies.Min(), point.GetProperty("war").GetProperty("lowest").GetDouble());
            Assert.AreEqual(accuracies.Max(), point.GetProperty("war").GetProperty("highest").GetDouble());
        }
        Assert.AreEqual(5 * 2, json.GetProperty("curves").GetArrayLength());
        var correlations = json.GetProperty("correlations").EnumerateArray().ToDictionary(row => row.GetProperty("criterion").GetString()!);
        CollectionAssert.AreEquivalent(new[] { "entropy", "l1", "mean" }, correlations.Keys);
        Assert.AreEqual(
            RankCorrelation.Spearman([.. entropies.Select(block => block.Value)], losses).Value,
            correlations["entropy"].GetProperty("spearman").GetProperty("value").GetDouble(), 1e-12);

        int[] Removed(string criterion, int count, int seed) => criterion == "sensitivity"
            ? [.. Enumerable.Range(0, 3).Reverse().OrderBy(block => losses[block]).Take(count)]
            : [.. Gardener.PlanPruning(new PruningOptions
            {
                Checkpoint = set.Checkpoint(),
                Criterion = PruningCriterion.Parse(criterion == "random" ? $"random:{seed}" : criterion),
                Target = PruningTarget.Count(count),
            }).Removed];
    }

    /// <summary>The tables that were written are read again as they were, and are on the page of the verb report.</summary>
    private static async Task CheckReport(string folder, JsonElement json)
    {
        var experiment = PruningExperiment.Load(folder);
        Assert.AreEqual(Mean(json.GetProperty("unpruned"), "war"), experiment.Unpruned.War.Mean);
        Assert.HasCount(json.GetProperty("curves").GetArrayLength(), experiment.Curves);
        foreach (var (point, read) in json.GetProperty("curves").EnumerateArray().Zip(experiment.Curves))
        {
            Assert.AreEqual((point.GetProperty("criterion").GetString(), point.GetProperty("removed").GetInt32()), (read.Criterion, read.Removed));
            Assert.AreEqual((Mean(point, "war"), Mean(point, "uar")), (read.War.Mean, read.Uar.Mean));
            CollectionAssert.AreEqual(
                point.TryGetProperty("removedBlocks", out var blocks) ? blocks.EnumerateArray().Select(block => block.GetInt32()).ToArray() : null,
                read.RemovedBlocks?.ToArray());
        }
        foreach (var (block, read) in json.GetProperty("blocks").EnumerateArray().Zip(experiment.Blocks))
        {
            Assert.AreEqual((block.GetProperty("entropy").GetDouble(), block.GetProperty("tied").GetBoolean()), (read.Entropy, read.Tied));
            Assert.AreEqual((Mean(block, "loss"), block.GetProperty("oracleRank").GetInt32()), (read.Loss.Mean, read.OracleRank));
        }
        Assert.HasCount(json.GetProperty("correlations").GetArrayLength(), experiment.Correlations);

        var page = Path.Combine(folder, "report.html");
        var run = await CliRun.Of("report", folder, "-o", page);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        CollectionAssert.AreEqual(new[] { "experiment" }, ReportReader.Parse(await File.ReadAllTextAsync(page)).SectionIds());
    }

    private static double Mean(JsonElement row, string name) => row.GetProperty(name).GetProperty("mean").GetDouble();

    private static void CheckFiles(string folder)
    {
        foreach (var figure in (string[])[ReproductionFiles.CurvesFigure, ReproductionFiles.BlocksFigure])
        {
            using var picture = Cv2.ImRead(Path.Combine(folder, figure));
            Assert.IsGreaterThan(600, picture.Width);
            Cv2.MeanStdDev(picture, out _, out var deviation);
            Assert.IsGreaterThan(10, deviation.Val0, "the figure is empty");
        }
        var report = File.ReadAllText(Path.Combine(folder, ReproductionFiles.Report));
        StringAssert.Contains(report, $"({ReproductionFiles.CurvesFigure})");
        StringAssert.Contains(report, "| oracle (sensitivity) | 91.29 | 86.63 |");
        StringAssert.Contains(report, "Random removes other blocks");
        Assert.DoesNotContain(Path.GetTempPath(), report);
        Assert.IsEmpty(Directory.GetFiles(folder, "*.tmp"));
    }
}
