using GardenerML.Samples.Curriculum;
using GardenerML.Samples.Motion;

namespace GardenerML.Tests.Curriculum;

[TestClass]
public sealed class ActionCurriculumTests
{
    private static int Classes => ActionClass.All.Count;

    [TestMethod]
    public void The_same_place_gives_the_same_clip_and_other_places_and_seeds_others()
    {
        var samples = Enumerable.Range(0, 500).Select(i => new ActionCurriculum(7).Draw(i, 0.65)).ToArray();
        var again = new ActionCurriculum(7);
        CollectionAssert.AreEqual(samples, Enumerable.Range(0, 500).Select(i => again.Draw(i, 0.65)).ToArray());

        var others = Enumerable.Range(0, 500).Select(i => new ActionCurriculum(8).Draw(i, 0.65));
        Assert.AreEqual(1000, samples.Concat(others).Select(sample => sample.Seed).Distinct().Count());
        Assert.AreNotEqual(again.Draw(5, 1).Seed, again.Draw(5 + (1L << 32), 1).Seed);
    }

    [TestMethod]
    public void Every_round_of_the_classes_holds_each_once_in_an_order_of_its_own()
    {
        var curriculum = new ActionCurriculum(3);
        var rounds = Enumerable.Range(0, 20)
            .Select(round => Enumerable.Range(round * Classes, Classes).Select(i => curriculum.Draw(i, 0).ClassIndex).ToArray())
            .ToArray();
        foreach (var round in rounds)
            CollectionAssert.AreEqual(Enumerable.Range(0, Classes).ToArray(), round.Order().ToArray());
        Assert.AreEqual(20, rounds.Select(round => string.Join(' ', round)).Distinct().Count());
    }

    [TestMethod]
    [DataRow(0.0)]
    [DataRow(0.25)]
    [DataRow(0.35)]
    [DataRow(0.47)]
    [DataRow(0.65)]
    [DataRow(1.0)]
    public void Difficulties_come_in_their_shares_whatever_the_class(double progress)
    {
        const int Count = 20_000;
        var curriculum = new ActionCurriculum();
        var drawn = Enumerable.Range(0, Count).Select(i => curriculum.Draw(i, progress)).ToArray();
        var shares = ActionCurriculum.Shares(progress);
        Assert.AreEqual(1, shares.Sum(), 1e-12);
        foreach (var difficulty in Enum.GetValues<MotionDifficulty>())
        {
            // Four standard deviations; none at all where the share is nothing.
            var share = shares[(int)difficulty];
            var deviation = Math.Sqrt(share * (1 - share));
            Assert.AreEqual(share, drawn.Count(s => s.Difficulty == difficulty) / (double)Count, 4 * deviation / Math.Sqrt(Count));
            var firstHalf = drawn.Where(s => s.ClassIndex < Classes / 2).ToArray();
            Assert.AreEqual(
                share, firstHalf.Count(s => s.Difficulty == difficulty) / (double)firstHalf.Length, 6 * deviation / Math.Sqrt(Count));
        }
    }

    [TestMethod]
    public void Looks_become_harder_from_all_consistent_to_mostly_hard()
    {
        var steps = Enumerable.Range(0, 101).Select(percent => ActionCurriculum.Shares(percent / 100.0)).ToArray();
        CollectionAssert.AreEqual(new double[] { 1, 0, 0, 0 }, steps[0].ToArray());
        Assert.IsGreaterThan(0.5, steps[^1][(int)MotionDifficulty.Hard]);
        foreach (var (before, after) in steps.Zip(steps.Skip(1)))
        {
            Assert.IsGreaterThanOrEqualTo(Mean(before) - 1e-12, Mean(after));
            Assert.IsLessThan(0.1, before.Zip(after, (b, a) => Math.Abs(a - b)).Max(), "A stage begins all at once.");
        }

        static double Mean(IReadOnlyList<double> shares) => shares.Select((share, difficulty) => share * difficulty).Sum();
    }

    [TestMethod]
    public void Places_outside_the_training_are_refused()
    {
        var curriculum = new ActionCurriculum();
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => curriculum.Draw(-1, 0));
        foreach (var progress in new[] { -0.01, 1.01, double.NaN })
        {
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => curriculum.Draw(0, progress));
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ActionCurriculum.Shares(progress));
        }
    }
}
