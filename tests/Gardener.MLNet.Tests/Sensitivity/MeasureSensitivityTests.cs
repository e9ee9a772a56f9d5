using GardenerML.Checkpoints;
using GardenerML.Pruning;
using GardenerML.Samples.Motion;
using GardenerML.Sensitivity;
using GardenerML.Training;
using Microsoft.ML;

namespace GardenerML.Tests.Sensitivity;

/// <summary>The oracle on made videos with a small model.</summary>
[TestClass]
public sealed class MeasureSensitivityTests
{
    private static MotionSet? _set;

    private static MotionSet Set => _set!;

    [ClassInitialize]
    public static void MakeVideos(TestContext _) => _set = new MotionSet();

    [ClassCleanup]
    public static void DeleteVideos() => _set?.Dispose();

    [TestMethod]
    public void With_fine_tuning_each_block_has_its_loss_and_the_plan_can_be_trained()
    {
        var options = FineTuning(Set.Checkpoint());
        var result = Set.Context.MulticlassClassification.MeasureSensitivity(Set.Test, options);

        Assert.HasCount(4, result.Runs);
        Assert.HasCount(3, result.Blocks);
        Assert.IsEmpty(result.Baseline.Removed);
        Assert.AreEqual(8, result.Baseline.Clips);
        foreach (var block in result.Blocks)
        {
            Assert.AreEqual(result.Baseline.Accuracy - block.Accuracy, block.AccuracyLoss);
            Assert.AreEqual(block.AccuracyLoss, result.Plan.Blocks[block.Index].Value);
        }
        Assert.AreEqual("sensitivity", result.Plan.Criterion);
        var best = result.Blocks.Reverse().MinBy(block => block.AccuracyLoss)!.Index;
        CollectionAssert.AreEqual(new[] { best }, result.Plan.Removed.ToArray());
        StringAssert.Contains(result.ToString(), "8 clips");

        // The same once more, run by the pieces that the oracle is made of.
        var plan = Gardener.PlanPruning(new PruningOptions { Checkpoint = options.Checkpoint, Target = PruningTarget.Blocks(best) });
        var pipeline = Set.Context.Transforms.GardenerPrune(new PruningOptions { Checkpoint = options.Checkpoint, Plan = PruningPlan.FromJson(result.Plan.ToJson()) })
            .Append(Set.Context.MulticlassClassification.Trainers.VideoClassifier(options.Training with { Seed = 3 }));
        using var model = pipeline.Fit(Set.Training);
        CollectionAssert.AreEqual(plan.Kept.ToArray(), model.LastTransformer.PruningPlan!.Kept.ToArray());
        var metrics = Set.Context.MulticlassClassification.Evaluate(model.Transform(Set.Test));
        Assert.AreEqual(result.Blocks[best].Accuracy, metrics.MicroAccuracy, 1e-12);
        Assert.AreEqual(result.Runs[best + 1].LogLoss, metrics.LogLoss, 1e-4);
    }

    [TestMethod]
    public void A_cancelled_measurement_is_resumed_without_repeating_a_run()
    {
        using var source = new CancellationTokenSource();
        var folder = Set.File("resumed");
        var fits = 0;
        var options = FineTuning(Set.Checkpoint("resumed.safetensors"));
        options = options with
        {
            StateFolder = folder,
            Training = options.Training with { MetricsCallback = _ => fits++ },
        };
        Assert.ThrowsExactly<OperationCanceledException>(() => Measure(options with
        {
            Cancellation = source.Token,
            Progress = new Immediate(progress =>
            {
                if (progress.Done == 2)
                    source.Cancel();
            }),
        }));
        Assert.AreEqual(2, fits);
        var resumed = Measure(options);
        Assert.AreEqual(4, fits);
        Measure(options);
        Assert.AreEqual(4, fits);
        var fresh = Measure(options with { StateFolder = null });
        CollectionAssert.AreEqual(
            fresh.Runs.Select(run => run.LogLoss).ToArray(), resumed.Runs.Select(run => run.LogLoss).ToArray());

        var error = Assert.ThrowsExactly<InvalidOperationException>(
            () => Measure(options with { Training = options.Training with { LearningRate = 1e-4 } }));
        StringAssert.Contains(error.Message, "LearningRate was 0.001 and is 0.0001");
        Assert.ThrowsExactly<InvalidOperationException>(() => Measure(options with { TrainingSet = null }));
    }

    [TestMethod]
    public void Further_sets_are_measured_once_each_and_a_run_in_progress_is_resumed()
    {
        var options = FineTuning(Set.Checkpoint("sets.safetensors"));
        var folder = Set.File("sets");
        var epochs = new List<int>();
        using var source = new CancellationTokenSource();
        options = options with
        {
            // The second and third are the same set, the fourth is measured anyway.
            Sets = [[0, 1], [2, 0], [0, 2], [1]],
            StateFolder = folder,
            Training = options.Training with
            {
                Epochs = 2,
                MetricsCallback = metrics =>
                {
                    epochs.Add(metrics.Epoch);
                    if (epochs.Count == 2 * 4 + 1)
                        source.Cancel();
                },
            },
        };
        Assert.ThrowsExactly<OperationCanceledException>(() => Measure(options with { Cancellation = source.Token }));
        Assert.IsTrue(Directory.Exists(Path.Combine(folder, "training.0-1")));
        var totals = new List<int>();
        var resumed = Measure(options with { Progress = new Immediate(progress => totals.Add(progress.Total)) });

        // The fifth run, in its second epoch when it was cancelled, and the sixth.
        CollectionAssert.AreEqual(new[] { 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2 }, epochs);
        Assert.HasCount(6, resumed.Runs);
        Assert.IsTrue(totals.All(total => total == 6));
        Assert.HasCount(3, resumed.Blocks);
        Assert.HasCount(7, Directory.GetFileSystemEntries(folder));
        var fresh = Measure(options with { StateFolder = null });
        CollectionAssert.AreEqual(
            fresh.Runs.Select(run => run.LogLoss).ToArray(), resumed.Runs.Select(run => run.LogLoss).ToArray());
        Assert.AreSame(resumed.Runs[5], resumed.Without(2, 0));
        Assert.AreSame(resumed.Baseline, resumed.Without());
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => resumed.Without(1, 2)).Message, "blocks 1, 2");
    }

    [TestMethod]
    public void Zero_shot_measures_the_checkpoint_as_it_is_whatever_the_order_of_its_classes()
    {
        var names = Enum.GetNames<MotionClass>();
        var straight = Measure(new SensitivityOptions { Checkpoint = Set.Checkpoint("straight.safetensors"), Greedy = true, Target = PruningTarget.Count(2) });
        Assert.AreEqual("sensitivity-greedy-zero-shot", straight.Plan.Criterion);
        Assert.HasCount(1 + 3 + 2, straight.Runs);
        Assert.HasCount(2, straight.Plan.Removed);

        // The same weights with the names turned round: output 0 now is the last class.
        var turned =
            Measure(new SensitivityOptions { Checkpoint = Set.Checkpoint("turned.safetensors", [.. names.Reverse()]) });
        Assert.AreNotEqual(straight.Baseline.LogLoss, turned.Baseline.LogLoss);
        // A head with more classes than the data, in another order, serves too.
        var more = Measure(new SensitivityOptions { Checkpoint = Set.Checkpoint("more.safetensors", ["other", .. names]) });
        Assert.AreEqual(8, more.Baseline.Clips);
    }

    [TestMethod]
    public void Zero_shot_is_refused_where_the_head_was_trained_for_other_classes()
    {
        var other = Set.Checkpoint("other.safetensors", ["a", "b", "c", "d", "e", "f", "g", "MoveUp"]);
        var error =
            Assert.ThrowsExactly<InvalidOperationException>(() => Measure(new SensitivityOptions { Checkpoint = other }));
        StringAssert.Contains(error.Message, "7 of the 8 classes");
        StringAssert.Contains(error.Message, "TrainingSet");
        var pretrained = ReferenceData.Golden("tiny-a", "pretrained.pth");
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => Measure(new SensitivityOptions { Checkpoint = pretrained })).Message, "no classification head");
    }

    [TestMethod]
    public void What_cannot_be_is_refused_before_any_run()
    {
        var options = new SensitivityOptions { Checkpoint = Set.Checkpoint("refused.safetensors") };
        void Refused<T>(SensitivityOptions wrong, string message)
            where T : Exception
        {
            var runs = 0;
            StringAssert.Contains(
                Assert.ThrowsExactly<T>(() => Measure(wrong with { Progress = new Immediate(_ => runs++) })).Message, message);
            Assert.AreEqual(0, runs);
        }
        Refused<ArgumentException>(options with { Checkpoint = " " }, "Checkpoint");
        Refused<ArgumentException>(options with { Target = PruningTarget.Count(3) }, "at least 1 must stay");
        Refused<ArgumentException>(options with { Greedy = true, Target = PruningTarget.Blocks(1) }, "greedy");
        Refused<ArgumentException>(options with { Training = new() { Checkpoint = "x" } }, "Training.Checkpoint");
        Refused<ArgumentOutOfRangeException>(options with { Training = new() { VideoColumnName = "Clip" } }, "Clip");
        Refused<ArgumentOutOfRangeException>(options with { MinimumKept = 0 }, "MinimumKept");
        Refused<ArgumentException>(options with { Training = new() { ResumeFolder = "x" } }, "StateFolder");
        Refused<ArgumentException>(options with { Sets = [[0, 3]] }, "no block 3");
        Refused<ArgumentException>(options with { Sets = [[0, 1, 2]] }, "at least 1 must stay");
    }

    [TestMethod]
    public void A_criterion_is_compared_with_the_oracle_in_the_direction_of_its_removal()
    {
        double[] accuracies = [0.7, 0.2, 0.6, 0.5, 0.8, 0.3];
        var plan = Gardener.PlanPruning(new PruningOptions { Checkpoint = ReferenceData.Golden("tiny-a") });
        var result = new SensitivityResult(plan, [Run([], 0.9), .. accuracies.Select((accuracy, block) => Run([block], accuracy)), Run([0, 1], 0.1)]);
        using var checkpoint = VideoMaeCheckpoint.Open(ReferenceData.Golden("tiny-a"));
        var weights = BlockTensors.Of(checkpoint, WeightSet.Matrices);
        SensitivityCorrelation With(PruningCriterion criterion) => result.Correlate(BlockScores.Compute(weights, criterion), seed: 4);

        // The lower the accuracy without a block, the more important it is.
        var same = With(PruningCriterion.Custom("same", (block, _) => -accuracies[block]));
        Assert.AreEqual(1, same.Spearman.Value, 1e-12);
        Assert.AreEqual(1, same.Kendall.Value, 1e-12);
        Assert.AreEqual(same with { Criterion = "turned" }, With(PruningCriterion.Custom("turned", (block, _) => accuracies[block], highestFirst: true)));
        Assert.AreEqual(-1, With(PruningCriterion.Custom("wrong", (block, _) => accuracies[block])).Spearman.Value, 1e-12);

        var entropy = With(PruningCriterion.Entropy);
        double[] losses = [.. accuracies.Select(accuracy => 0.9 - accuracy)];
        Assert.AreEqual(
            RankCorrelation.Spearman(Gardener.Score(checkpoint.Source).Values, losses, seed: 4), entropy.Spearman);
        Assert.IsLessThanOrEqualTo(entropy.Kendall.Upper, entropy.Kendall.Value);
        Assert.ThrowsExactly<ArgumentException>(() => result.Correlate(Gardener.Score(ReferenceData.Golden("tiny-b-half"))));
    }

    private static SensitivityRun Run(int[] removed, double accuracy) => new()
    {
        Removed = removed,
        Accuracy = accuracy,
        MeanClassRecall = accuracy,
        LogLoss = 1,
        Clips = 10,
        Seconds = 0,
    };

    private static SensitivityResult Measure(SensitivityOptions options) =>
        Gardener.MeasureSensitivity(Set.Test, options, Set.Context);

    private static SensitivityOptions FineTuning(string checkpoint) => new()
    {
        Checkpoint = checkpoint,
        TrainingSet = Set.Training,
        Training = new VideoClassifierOptions { Epochs = 1, BatchSize = 4, LearningRate = 1e-3, Device = ComputeDevice.Cpu },
    };

    private sealed class Immediate(Action<SensitivityProgress> report) : IProgress<SensitivityProgress>
    {
        public void Report(SensitivityProgress value) => report(value);
    }
}
