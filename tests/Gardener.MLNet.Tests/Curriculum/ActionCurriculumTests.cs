using System.Globalization;
using System.Security.Cryptography;
using System.Text;
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
        var samples = Enumerable.Range(0, 500).Select(i => new ActionCurriculum(new() { Seed = 7 }).Draw(i, 0.65)).ToArray();
        var again = new ActionCurriculum(new() { Seed = 7 });
        CollectionAssert.AreEqual(samples, Enumerable.Range(0, 500).Select(i => again.Draw(i, 0.65)).ToArray());

        var others = Enumerable.Range(0, 500).Select(i => new ActionCurriculum(new() { Seed = 8 }).Draw(i, 0.65));
        Assert.AreEqual(1000, samples.Concat(others).Select(sample => sample.Seed).Distinct().Count());
        Assert.AreNotEqual(again.Draw(5, 1).Seed, again.Draw(5 + (1L << 32), 1).Seed);
    }

    [TestMethod]
    public void Every_round_of_the_classes_holds_each_once_in_an_order_of_its_own()
    {
        var curriculum = new ActionCurriculum(new() { Seed = 3 });
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
        var shares = curriculum.Shares(progress);
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
        var steps = Enumerable.Range(0, 101).Select(percent => new ActionCurriculum().Shares(percent / 100.0)).ToArray();
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
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => curriculum.Shares(progress));
        }
    }

    [TestMethod]
    public void Fixed_looks_and_plain_motions_come_in_their_shares_throughout()
    {
        const int Count = 20_000;
        double[] looks = [0.1, 0.2, 0.6, 0.1];
        var curriculum = new ActionCurriculum(new() { Looks = looks, PlainShare = 0.7, TurningShare = 0.4 });
        var drawn = Enumerable.Range(0, Count).Select(i => curriculum.Draw(i, i / (double)Count)).ToArray();
        foreach (var half in drawn.Chunk(Count / 2))
        {
            foreach (var difficulty in Enum.GetValues<MotionDifficulty>())
                AreNear(looks[(int)difficulty], half.Select(clip => clip.Difficulty == difficulty));
        }

        string[] turning = ["RotateClockwise", "RotateAnticlockwise"];
        string[] others = ["MoveLeft", "MoveRight", "MoveUp", "MoveDown", "ZoomIn", "ZoomOut"];
        foreach (var (index, name) in ActionClass.All.Select((action, index) => (index, action.Name)))
        {
            var plain = turning.Contains(name) ? 0.4 / 2 : others.Contains(name) ? 0.6 / 6 : 0;
            AreNear((0.7 * plain) + (0.3 / Classes), drawn.Select(clip => clip.ClassIndex == index));
        }
    }

    // A share known to five standard deviations.
    private static void AreNear(double share, IEnumerable<bool> drawn)
    {
        var clips = drawn.ToArray();
        Assert.AreEqual(share, clips.Count(clip => clip) / (double)clips.Length, 5 * Math.Sqrt(share * (1 - share) / clips.Length));
    }

    [TestMethod]
    public void What_is_plain_changes_the_classes_of_its_share_of_the_clips_and_nothing_else()
    {
        var (none, some) = (new ActionCurriculum(new() { Seed = 5 }), new ActionCurriculum(new() { Seed = 5, PlainShare = 0.5 }));
        var pairs = Enumerable.Range(0, 2000).Select(i => (Before: none.Draw(i, 0.65), After: some.Draw(i, 0.65))).ToArray();
        Assert.IsTrue(pairs.All(pair => pair.Before with { ClassIndex = pair.After.ClassIndex } == pair.After));
        AreNear(0.5 * (1 - (1.0 / Classes)), pairs.Select(pair => pair.Before != pair.After));
    }

    // A training that is done in several runs must find the same clips with every version.
    [TestMethod]
    public void The_clips_of_published_trainings_stay_the_same()
    {
        Assert.AreEqual("9c0161f16122bc97", Digest(new(new() { Seed = 1 })));
        Assert.AreEqual("63487e62ac57484d", Digest(new(new() { Seed = 6, Looks = [0.1, 0.2, 0.6, 0.1], PlainShare = 0.7, TurningShare = 0.5 })));
        Assert.AreEqual("75aff564a4b3c884", Digest(new(new() { Seed = 7, Looks = [0.05, 0.05, 0.25, 0.65], PlainShare = 0.65, TurningShare = 0.4 })));

        static string Digest(ActionCurriculum curriculum)
        {
            const int Count = 20_000;
            var text = string.Join(';', Enumerable.Range(0, Count).Select(i => curriculum.Draw(i, i / (double)Count))
                .Select(clip => string.Create(CultureInfo.InvariantCulture, $"{clip.ClassIndex},{(int)clip.Difficulty},{clip.Seed}")));
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)))[..16];
        }
    }

    [TestMethod]
    public void Shares_that_are_none_are_refused()
    {
        double[][] wrong = [[1], [0.5, 0.5, 0.5, 0.5], [1.5, -0.5, 0, 0], [double.NaN, 0, 0, 1], [0.2, 0.2, 0.2, 0.2, 0.2]];
        foreach (var looks in wrong)
            Assert.ThrowsExactly<ArgumentException>(() => new ActionCurriculum(new() { Looks = looks }));
        foreach (var share in new[] { -0.1, 1.1, double.NaN })
        {
            Assert.ThrowsExactly<ArgumentException>(() => new ActionCurriculum(new() { PlainShare = share }));
            Assert.ThrowsExactly<ArgumentException>(() => new ActionCurriculum(new() { TurningShare = share }));
        }
    }

    [TestMethod]
    public void A_share_of_the_clips_is_compressed_and_otherwise_as_without()
    {
        var plain = new ActionCurriculum(new ActionCurriculumOptions { Seed = 3 });
        var some = new ActionCurriculum(new ActionCurriculumOptions { Seed = 3, CompressedShare = 0.3 });
        var samples = Enumerable.Range(0, 10_000).Select(i => some.Draw(i, 0.5)).ToArray();
        // Four standard deviations.
        Assert.AreEqual(0.3, samples.Count(sample => sample.JpegQuality is not null) / 10_000.0, 4 * Math.Sqrt(0.3 * 0.7 / 10_000));
        Assert.IsTrue(samples.All(sample => sample.JpegQuality is null or (>= 60 and <= 95)));
        for (var i = 0; i < samples.Length; i++)
            Assert.AreEqual(plain.Draw(i, 0.5), samples[i] with { JpegQuality = null });
    }

    [TestMethod]
    public void Compression_leaves_more_of_a_clip_the_higher_its_quality()
    {
        var renderer = new ActionClipRenderer(32, 2);
        var clip = new byte[renderer.ClipLength];
        renderer.Render(0, MotionDifficulty.AnyColour, 1, clip);
        var (low, high) = (Difference(60), Difference(95));
        Assert.IsGreaterThan(0.5, high);
        Assert.IsGreaterThan(high, low);
        // Red and blue exchanged, or frames in another order, would differ by tens.
        Assert.IsLessThan(15, low);

        double Difference(int quality)
        {
            var compressed = clip.ToArray();
            JpegArtefacts.AddTo(compressed, 32, quality);
            return clip.Zip(compressed, (a, b) => Math.Abs(a - b)).Average();
        }
    }
}
