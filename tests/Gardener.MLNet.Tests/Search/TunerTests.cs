using CsCheck;
using GardenerML.Pruning;
using GardenerML.Search;
using GardenerML.Training;

namespace GardenerML.Tests.Search;

[TestClass]
public sealed class TunerTests
{
    private static readonly GardenerTrialSettings[] Thirteen = [.. Enumerable.Range(0, 13).Select(removed => Trials.Of(removed) with { BlockCount = 13 })];

    [TestMethod]
    public void Grid_takes_every_trial_in_the_order_of_the_space_and_random_in_another_that_the_seed_says()
    {
        CollectionAssert.AreEqual(Enumerable.Range(0, 13).ToArray(), Order(GardenerTuner.Grid));
        var random = Order(GardenerTuner.Random(1));
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 13).ToArray(), random);
        CollectionAssert.AreNotEqual(Enumerable.Range(0, 13).ToArray(), random);
        CollectionAssert.AreEqual(random, Order(GardenerTuner.Random(1)));
        CollectionAssert.AreNotEqual(random, Order(GardenerTuner.Random(2)));

        static int[] Order(GardenerTuner tuner) =>
            [.. Trials.Search(tuner, Thirteen, trial => Trials.Completed(trial, 0.5)).Select(result => result.TrialSettings.Removed.Count)];
    }

    [TestMethod]
    public void Bisection_halves_as_by_hand()
    {
        // Of 0 to 12 removed, up to 7 keep the accuracy: 6 does, 9 does not, 7 does, 8 does not.
        CollectionAssert.AreEqual(new[] { 6, 9, 7, 8 }, Bisect(most: 7));
        // None does: 6, 2, 0.
        CollectionAssert.AreEqual(new[] { 6, 2, 0 }, Bisect(most: -1));
        // All do.
        CollectionAssert.AreEqual(new[] { 6, 9, 11, 12 }, Bisect(most: 12));

        static int[] Bisect(int most) =>
        [
            .. Trials.Search(
                GardenerTuner.Bisection, Thirteen, trial => Trials.Completed(trial, trial.Removed.Count <= most ? 0.8 : 0.7),
                new GardenerConstraints { MinimumAccuracy = 0.8 }).Select(result => result.TrialSettings.Removed.Count),
        ];
    }

    [TestMethod]
    public void Bisection_finds_the_largest_removal_of_any_monotone_function_in_log2_trials() =>
        Gen.Select(Gen.Double[0, 1].Array[1, 40], Gen.Double[0, 1], Gen.Int[0, 40]).Sample((accuracies, wanted, tooLarge) =>
        {
            Array.Sort(accuracies, (a, b) => b.CompareTo(a));
            var n = accuracies.Length;
            var candidates = Enumerable.Range(0, n).Select(removed => Trials.Of(removed) with { BlockCount = 41 }).ToArray();
            // Models of more than this many blocks are not even trained.
            var most = Math.Max(1, 41 - tooLarge);
            var constraints = new GardenerConstraints { MinimumAccuracy = wanted, MaximumParameters = 100 * most };
            var ended = Trials.Search(GardenerTuner.Bisection, candidates, Run, constraints);
            Assert.IsLessThanOrEqualTo((int)Math.Ceiling(Math.Log2(n + 1)), ended.Count);

            var expected = Enumerable.Range(0, n).Where(removed => 41 - removed <= most && accuracies[removed] >= wanted).Cast<int?>().Max();
            var best = new TrialRanking(GardenerMetric.Accuracy, constraints).Best(ended.Select(Trials.Ended));
            Assert.AreEqual(expected, best?.TrialSettings.Removed.Count);

            GardenerTrialResult Run(GardenerTrialSettings trial)
            {
                var result = Trials.Completed(trial, accuracies[trial.Removed.Count]);
                return constraints.Exceeded(result.Cost!) is { } fault
                    ? result with { State = GardenerTrialState.Infeasible, Accuracy = null, Error = fault }
                    : result;
            }
        }, iter: 1000);

    [TestMethod]
    public void Bisection_searches_for_each_other_setting_by_itself()
    {
        var candidates = Thirteen.Concat(Thirteen.Select(trial => trial with { LearningRate = 1 })).ToArray();
        var ended = Trials.Search(
            GardenerTuner.Bisection, candidates,
            trial => Trials.Completed(trial, trial.Removed.Count <= (trial.LearningRate == 1 ? 2 : 7) ? 0.8 : 0.7),
            new GardenerConstraints { MinimumMeanClassRecall = 0.75 });
        CollectionAssert.AreEqual(new[] { 6, 9, 7, 8 }, Removed(1e-3));
        CollectionAssert.AreEqual(new[] { 6, 2, 4, 3 }, Removed(1));

        int[] Removed(double rate) =>
            [.. ended.Where(result => result.TrialSettings.LearningRate == rate).Select(result => result.TrialSettings.Removed.Count)];
    }

    [TestMethod]
    public void Bisection_takes_a_failed_trial_for_one_that_removed_too_much()
    {
        var ended = Trials.Search(
            GardenerTuner.Bisection, Thirteen,
            trial => trial.Removed.Count == 6
                ? new GardenerTrialResult { TrialSettings = trial, State = GardenerTrialState.Failed, Error = "no memory" }
                : Trials.Completed(trial, 0.9),
            new GardenerConstraints { MinimumAccuracy = 0.8 });
        CollectionAssert.AreEqual(new[] { 6, 2, 4, 5 }, ended.Select(result => result.TrialSettings.Removed.Count).ToArray());
    }

    [TestMethod]
    public void Halving_goes_on_with_the_best_third_as_by_hand()
    {
        // 9 trials for 1 epoch, the best 3 for 3, the best of these for all 9. Trial k is better the nearer k is to 4.
        var candidates = Enumerable.Range(0, 9).Select(removed => Trials.Of(removed, epochs: 9)).ToArray();
        var ended = Trials.Search(
            GardenerTuner.SuccessiveHalving(factor: 3), candidates,
            trial => Trials.Completed(trial, 0.9 - (0.1 * Math.Abs(trial.Removed.Count - 4)) + (0.01 * trial.TrainedEpochs)));
        CollectionAssert.AreEqual(
            (string[])[.. Enumerable.Range(0, 9).Select(removed => $"{removed}:1"), "4:3", "5:3", "3:3", "4:9"],
            ended.Select(result => $"{result.TrialSettings.Removed.Count}:{result.TrialSettings.TrainedEpochs}").ToArray());
        Assert.IsTrue(ended.TrueForAll(result => result.TrialSettings.Epochs == 9), "one schedule of the learning rate");
    }

    [TestMethod]
    public void Halving_leaves_out_what_failed_and_ends_at_each_trials_own_epochs()
    {
        GardenerTrialSettings[] candidates = [Trials.Of(0, epochs: 1), Trials.Of(1, epochs: 5), Trials.Of(2, epochs: 5), Trials.Of(3, epochs: 5)];
        var ended = Trials.Search(
            GardenerTuner.SuccessiveHalving(factor: 2, firstEpochs: 2), candidates,
            trial => trial.Removed.Count == 3
                ? new GardenerTrialResult { TrialSettings = trial, State = GardenerTrialState.Failed, Error = "no memory" }
                : Trials.Completed(trial, 0.9 - (0.1 * trial.Removed.Count)));
        // Three are left: two go on, of which the first is at its end; then one.
        CollectionAssert.AreEqual(
            new[] { "0:1", "1:2", "2:2", "3:2", "1:4" },
            ended.Select(result => $"{result.TrialSettings.Removed.Count}:{result.TrialSettings.TrainedEpochs}").ToArray());
    }

    [TestMethod]
    public void Halving_tries_all_and_trains_one_to_the_end() =>
        Gen.Select(Gen.Int[1, 30], Gen.Int[1, 20], Gen.Int[2, 4], Gen.Int[1, 3], Gen.Int[0, 1000]).Sample((n, epochs, factor, first, seed) =>
        {
            var random = new Random(seed);
            var accuracies = Enumerable.Range(0, n).Select(_ => random.NextDouble()).ToArray();
            var candidates = Enumerable.Range(0, n).Select(removed => Trials.Of(removed, epochs) with { BlockCount = 41 }).ToArray();
            var ended = Trials.Search(
                GardenerTuner.SuccessiveHalving(factor, first), candidates, trial => Trials.Completed(trial, accuracies[trial.Removed.Count]));
            Assert.AreEqual(n, ended.Select(result => result.TrialSettings.TrainingName).Distinct().Count());
            Assert.AreEqual(ended.Count, ended.Select(result => result.TrialSettings.Key).Distinct().Count());
            // Where the order does not change from round to round, the best is the one that is trained to its end.
            var last = ended[^1].TrialSettings;
            if (n > 1 && epochs > first)
                Assert.AreEqual((epochs, Array.IndexOf(accuracies, accuracies.Max())), (ended.Max(r => r.TrialSettings.TrainedEpochs), Best().Removed.Count));
            Assert.AreEqual(epochs, last.Epochs);

            GardenerTrialSettings Best() =>
                new TrialRanking(GardenerMetric.Accuracy, new GardenerConstraints()).Best(ended.Select(Trials.Ended))!.TrialSettings;
        }, iter: 300);

    [TestMethod]
    public void Trials_that_remove_the_same_blocks_with_the_same_training_are_one()
    {
        var space = new GardenerSearchSpace
        {
            Ratios = [0.25, 0.3, 0.5],
            RemovedCounts = [1],
            Criteria = [PruningCriterion.Entropy, PruningCriterion.L1, PruningCriterion.Kurtosis],
            Epochs = [2, 3],
        };
        // Of 4 blocks: 0.25 and 0.3 are 1 block, 0.5 are 2. The first two criteria begin with the same block.
        var orders = new Dictionary<string, int[]> { ["entropy"] = [2, 0, 1, 3], ["l1"] = [2, 1, 0, 3], ["kurtosis"] = [0, 2, 3, 1] };
        var candidates = space.Candidates(4, criterion => orders[criterion.Name], new VideoClassifierOptions(), seed: 7);
        CollectionAssert.AreEqual(
            new[] { "2/2", "0,2/2", "2/3", "0,2/3", "1,2/2", "1,2/3", "0/2", "0/3" },
            candidates.Select(trial => $"{string.Join(',', trial.Removed)}/{trial.Epochs}").ToArray());
        Assert.AreEqual("entropy", candidates[0].Criterion);
    }

    [TestMethod]
    public void A_space_without_counts_has_all_that_may_be_removed()
    {
        var space = new GardenerSearchSpace { Protected = [3], MinimumKept = 2 };
        var candidates = space.Candidates(4, _ => [3, 2, 1, 0], new VideoClassifierOptions { Epochs = 5 }, seed: 0);
        CollectionAssert.AreEqual(new[] { "", "2", "1,2" }, candidates.Select(trial => string.Join(',', trial.Removed)).ToArray());
        Assert.IsTrue(candidates.All(trial => trial is { Epochs: 5, TrainedEpochs: 5, LayerDecay: 1 }));
        Assert.ThrowsExactly<ArgumentException>(() => (space with { RemovedCounts = [3] }).Candidates(4, _ => [3, 2, 1, 0], new VideoClassifierOptions(), 0));
    }

    [TestMethod]
    public void Sets_of_blocks_are_tried_once_whatever_the_criteria_say()
    {
        var space = new GardenerSearchSpace
        {
            RemovedSets = [[], [0], [1], [3, 2]],
            RemovedCounts = [1],
            Criteria = [PruningCriterion.Entropy, PruningCriterion.L1],
        };
        var candidates = space.Candidates(4, criterion => criterion.Name == "l1" ? [1, 0, 2, 3] : [3, 2, 1, 0], new VideoClassifierOptions(), seed: 0);
        CollectionAssert.AreEqual(new[] { "3", "", "0", "1", "2,3" }, candidates.Select(trial => string.Join(',', trial.Removed)).ToArray());
        Assert.ThrowsExactly<ArgumentException>(() => (space with { RemovedSets = [[4]] }).Candidates(4, _ => [3, 2, 1, 0], new VideoClassifierOptions(), 0));
    }
}
