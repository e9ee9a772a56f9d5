using CsCheck;
using GardenerML.Reporting;
using GardenerML.Search;
using GardenerML.Tests.Search;

namespace GardenerML.Tests.Reporting;

[TestClass]
public sealed class ParetoFrontTests
{
    [TestMethod]
    public void The_front_is_what_no_other_trial_is_preferable_to()
    {
        var trial = Gen.Select(Gen.Int[0, 6], Gen.Int[0, 6], Gen.Int[0, 9], (accuracy, latency, unknown) => ReportData.Trial(
            "t", unknown == 0 ? null : accuracy / 6.0, unknown == 1 ? null : unknown == 2 ? double.NaN : latency));
        trial.Array[0, 20].Sample(trials =>
        {
            var front = ReportedTrial.Front(trials, each => each.LatencyInMilliseconds);
            // The definition, over all pairs.
            var known = trials.Where(each => each.Accuracy is not null && each.LatencyInMilliseconds is { } time && !double.IsNaN(time)).ToArray();
            var expected = known.Where(each => !known.Any(other =>
                other.Accuracy >= each.Accuracy && other.LatencyInMilliseconds <= each.LatencyInMilliseconds
                && (other.Accuracy > each.Accuracy || other.LatencyInMilliseconds < each.LatencyInMilliseconds))).ToArray();
            return front.Count == expected.Length && expected.All(front.Contains);
        });
    }

    [TestMethod]
    public void A_training_counts_once_as_it_ended_and_the_best_trial_is_marked()
    {
        // The second trial goes on with the training of the first, which was more accurate half-way.
        GardenerTrial[] trials = [Trial(1, 0, 1, 0.9), Trial(2, 0, 2, 0.8), Trial(3, 1, 2, 0.7), Trial(4, 2, 1, null)];
        var reported = ReportedTrial.Of(trials, trials[2].Settings);
        CollectionAssert.AreEqual(
            new[] { "superseded", "completed", "completed, the best", "failed" }, reported.Select(trial => trial.Status).ToArray());
        CollectionAssert.AreEqual(new[] { true, false, false, false }, reported.Select(trial => trial.IsSuperseded).ToArray());
        using var result = new GardenerExperimentResult("", trials, new());
        CollectionAssert.AreEquivalent(
            result.ParetoByLatency.Select(trial => $"{trial.TrialSettings.TrialId}: {trial.TrialSettings}").ToArray(),
            ReportedTrial.Front(reported, trial => trial.LatencyInMilliseconds).Select(trial => trial.Name).ToArray());

        static GardenerTrial Trial(int id, int removed, int until, double? accuracy)
        {
            var settings = Trials.Of(removed, epochs: 2, id: id) with { TrainedEpochs = until };
            return accuracy is { } known
                ? new(settings, GardenerTrialState.Completed, Trials.Completed(settings, known))
                : new(settings, GardenerTrialState.Failed, null);
        }
    }
}
