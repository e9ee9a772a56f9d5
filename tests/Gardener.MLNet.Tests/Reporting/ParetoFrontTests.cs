using CsCheck;
using GardenerML.Reporting;

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
}
