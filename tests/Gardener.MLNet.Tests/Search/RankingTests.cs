using System.Text.Json;
using CsCheck;
using GardenerML.Search;

namespace GardenerML.Tests.Search;

[TestClass]
public sealed class RankingTests
{
    private static readonly Gen<GardenerTrialResult[]> Results =
        Gen.Select(Gen.Int[0, 11], Gen.Int[0, 5], Gen.Int[1, 3]).Array[0, 12].Select(all => all.Select((one, i) => Trials.Completed(
            Trials.Of(one.Item1, rate: i + 1, id: i + 1) with { TrainedEpochs = one.Item3 }, one.Item2 / 5.0)).ToArray());

    [TestMethod]
    public void The_Pareto_front_is_what_brute_force_finds() => Results.Sample(results =>
    {
        var front = ParetoFront.Of(results, result => result.Accuracy!.Value, result => result.Cost!.LatencyInMilliseconds);
        var expected = results.Where(one => !results.Any(other =>
            other.Accuracy >= one.Accuracy && other.Cost!.LatencyInMilliseconds <= one.Cost!.LatencyInMilliseconds
            && (other.Accuracy > one.Accuracy || other.Cost.LatencyInMilliseconds < one.Cost.LatencyInMilliseconds)));
        CollectionAssert.AreEquivalent(expected.ToArray(), front.ToArray());
        CollectionAssert.AreEqual(front.OrderBy(one => one.Cost!.LatencyInMilliseconds).ToArray(), front.ToArray());
    }, iter: 1000);

    [TestMethod]
    public void Without_a_wanted_accuracy_the_best_is_the_most_accurate_within_the_maxima_and_with_one_the_smallest() =>
        Gen.Select(Results, Gen.Double[0, 1], Gen.Int[1, 12]).Sample((results, wanted, blocks) =>
        {
            var maximum = new GardenerConstraints { MaximumGigaFlops = blocks };
            var within = results.Where(result => result.Cost!.GigaFlops <= blocks).ToArray();
            Assert.AreEqual(within.Max(result => result.Accuracy), Best(maximum)?.Accuracy);

            var accurate = within.Where(result => result.Accuracy >= wanted).ToArray();
            var best = Best(maximum with { MinimumAccuracy = wanted });
            Assert.AreEqual(accurate.Min(result => result.Cost?.Parameters), best?.Cost!.Parameters);
            Assert.AreEqual(accurate.Where(result => result.Cost == best?.Cost).Max(result => result.Accuracy), best?.Accuracy);

            GardenerTrialResult? Best(GardenerConstraints constraints) =>
                new TrialRanking(GardenerMetric.Accuracy, constraints).Best(results.Select(Trials.Ended));
        }, iter: 1000);

    [TestMethod]
    public void A_loss_that_is_no_number_is_the_worst()
    {
        var ranking = new TrialRanking(GardenerMetric.LogLoss, new GardenerConstraints());
        var results = new[] { (1, double.NaN), (2, 0.5), (3, 0.2), (4, double.PositiveInfinity) }
            .Select(one => Trials.Completed(Trials.Of(one.Item1, id: one.Item1), 0.5) with { LogLoss = one.Item2 });
        Assert.AreEqual(3, ranking.Best(results.Select(Trials.Ended))!.TrialSettings.TrialId);
    }

    [TestMethod]
    public void A_training_that_went_on_counts_once_as_it_ended()
    {
        var first = Trials.Completed(Trials.Of(1, epochs: 4, id: 1) with { TrainedEpochs = 1 }, 0.9);
        var later = Trials.Completed(Trials.Of(1, epochs: 4, id: 2), 0.6);
        var other = Trials.Completed(Trials.Of(2, epochs: 4, id: 3) with { TrainedEpochs = 1 }, 0.7);
        using var result = new GardenerExperimentResult(
            "folder", [first.Ended(), later.Ended(), other.Ended()], new GardenerExperimentDescription());
        Assert.AreEqual(3, result.BestTrial!.TrialSettings.TrialId);
        CollectionAssert.AreEqual(new[] { 3 }, result.ParetoBySize.Select(one => one.TrialSettings.TrialId).ToArray());
        Assert.AreEqual(result.ModelFile(first.TrialSettings), result.ModelFile(later.TrialSettings));
    }

    [TestMethod]
    public void Each_maximum_is_a_limit_and_is_named()
    {
        var cost = new GardenerTrialCost(1000, 2.5, 12.5, 4000);
        Assert.IsNull(new GardenerConstraints
        {
            MaximumParameters = 1000,
            MaximumGigaFlops = 2.5,
            MaximumLatencyInMilliseconds = 12.5,
            MaximumModelBytes = 4000,
        }.Exceeded(cost));
        StringAssert.Contains(new GardenerConstraints { MaximumParameters = 999 }.Exceeded(cost), "1,000 parameters, of at most 999");
        StringAssert.Contains(new GardenerConstraints { MaximumGigaFlops = 2.4 }.Exceeded(cost), "2.5 GFLOPs a clip, of at most 2.4");
        StringAssert.Contains(new GardenerConstraints { MaximumLatencyInMilliseconds = 12 }.Exceeded(cost), "12.5 ms a clip, of at most 12");
        StringAssert.Contains(new GardenerConstraints { MaximumModelBytes = 3999 }.Exceeded(cost), "4,000 bytes, of at most 3,999");
    }

    [TestMethod]
    public void Requests_and_results_are_the_same_after_a_way_through_JSON()
    {
        var settings = Trials.Of(3, id: 7) with { TrainedEpochs = 2, LayerDecay = 0.75 };
        var request = new GardenerTrialRequest(settings, new GardenerConstraints { MinimumAccuracy = 0.5, MaximumModelBytes = 9 }, "folder");
        var back = JsonSerializer.Deserialize<GardenerTrialRequest>(JsonSerializer.Serialize(request))!;
        Assert.AreEqual((request.Settings.Key, 7, request.Constraints, "folder"), (back.Settings.Key, back.Settings.TrialId, back.Constraints, back.Folder));
        CollectionAssert.AreEqual(settings.Removed.ToArray(), back.Settings.Removed.ToArray());

        var result = Trials.Completed(settings, 0.25) with { LogLoss = double.PositiveInfinity, Error = "none" };
        var again = JsonSerializer.Deserialize<GardenerTrialResult>(JsonSerializer.Serialize(result))!;
        Assert.AreEqual(result with { TrialSettings = settings }, again with { TrialSettings = settings });
        Assert.AreEqual(settings.Key, again.TrialSettings.Key);
    }

    [TestMethod]
    public void What_differs_in_training_or_blocks_is_another_trial_and_the_criterion_is_not()
    {
        var trial = Trials.Of(3);
        Assert.AreEqual(trial.Key, (trial with { Criterion = "l1", TrialId = 9 }).Key);
        GardenerTrialSettings[] others =
        [
            trial with { Removed = [0, 1, 3] }, trial with { Epochs = 5 }, trial with { TrainedEpochs = 3 }, trial with { LearningRate = 2e-3 },
            trial with { LayerDecay = 0.9 }, trial with { Seed = 2 },
            trial with { Removed = [.. Enumerable.Range(0, 90)], BlockCount = 99 }, trial with { Removed = [.. Enumerable.Range(1, 90)], BlockCount = 99 },
        ];
        Assert.HasCount(9, others.Append(trial).Select(one => one.Key).Distinct().ToArray());
        Assert.IsTrue(others.All(one => one.TrainingName.Length < 200));
        Assert.AreEqual(trial.TrainingName, others[2].TrainingName);
    }
}
