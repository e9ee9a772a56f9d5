using CsCheck;
using GardenerML.Samples.Motion;

namespace GardenerML.Tests.Motion;

[TestClass]
public sealed class MotionClipRendererTests
{
    private static readonly Gen<(MotionClass, MotionDifficulty, ulong)> AnyClip =
        Gen.Select(Gen.Enum<MotionClass>(), Gen.Enum<MotionDifficulty>(), Gen.ULong);

    [TestMethod]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others() => AnyClip.Sample((motion, difficulty, seed) =>
    {
        var renderer = new MotionClipRenderer(32, 4);
        var clip = renderer.Render(motion, difficulty, seed);
        return clip.AsSpan().SequenceEqual(new MotionClipRenderer(32, 4).Render(motion, difficulty, seed))
            && !clip.AsSpan().SequenceEqual(renderer.Render(motion, difficulty, seed + 1));
    }, iter: 50);

    [TestMethod]
    public void Clips_of_one_seed_begin_alike_in_all_classes_and_then_all_differ() => AnyClip.Sample((_, difficulty, seed) =>
    {
        var renderer = new MotionClipRenderer(32, 4);
        var clips = Enum.GetValues<MotionClass>().Select(motion => renderer.Render(motion, difficulty, seed)).ToArray();
        var frame = 32 * 32 * 3;
        var firstFrames = clips.Select(clip => Convert.ToHexString(clip.AsSpan(0, frame))).Distinct().Count();
        var lastFrames = clips.Select(clip => Convert.ToHexString(clip.AsSpan(3 * frame))).Distinct().Count();
        return (firstFrames, lastFrames) == (1, clips.Length);
    }, iter: 20);

    [TestMethod]
    public void The_object_is_brighter_than_the_ground_in_every_consistent_clip_and_darker_in_half_of_the_inverted()
    {
        var renderer = new MotionClipRenderer(64, 2);
        var consistent = Enumerable.Range(0, 64).Count(seed => MajorityIsDark(renderer, MotionDifficulty.Consistent, seed));
        var inverted = Enumerable.Range(0, 64).Count(seed => MajorityIsDark(renderer, MotionDifficulty.Inverted, seed));

        Assert.AreEqual(64, consistent);
        Assert.IsTrue(inverted is > 16 and < 48, $"{inverted} of 64 clips have a dark ground.");
    }

    [TestMethod]
    public void Bright_object_and_dark_ground_never_meet_in_luminance()
    {
        var renderer = new MotionClipRenderer(64, 2);
        for (ulong seed = 0; seed < 64; seed++)
        {
            var frame = MotionMeasures.Luminance(renderer.Render(MotionClass.MoveUp, MotionDifficulty.Consistent, seed), 64, 0);
            var edges = frame.Count(value => value is > 75 and < 115);
            Assert.IsLessThan(frame.Count(value => value >= 115), edges, $"seed {seed}: no clear object.");
            Assert.IsLessThan(75f, Median(frame), $"seed {seed}: the ground is not dark.");
        }
    }

    [TestMethod]
    public void An_object_at_the_edge_goes_on_at_the_opposite_edge()
    {
        // The area of bright pixels stays what it is while the object passes all edges.
        var renderer = new MotionClipRenderer(64, 60);
        for (ulong seed = 0; seed < 8; seed++)
        {
            var clip = renderer.Render(MotionClass.MoveRight, MotionDifficulty.Consistent, seed);
            var areas = Enumerable.Range(0, 60).Select(t => MotionMeasures.Area(MotionMeasures.Luminance(clip, 64, t))).ToArray();
            Assert.AreEqual(areas.Average(), areas.Min(), 0.06 * areas.Average(), $"seed {seed}");
            Assert.AreEqual(areas.Average(), areas.Max(), 0.06 * areas.Average(), $"seed {seed}");
        }
    }

    [TestMethod]
    [DataRow(15, 16, DisplayName = "too small")]
    [DataRow(33, 16, DisplayName = "odd")]
    [DataRow(2000, 16, DisplayName = "too large")]
    [DataRow(64, 1, DisplayName = "no motion")]
    public void Sizes_outside_the_range_are_refused(int imageSize, int frameCount) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new MotionClipRenderer(imageSize, frameCount));

    [TestMethod]
    public void Unknown_classes_difficulties_and_wrong_spans_are_refused()
    {
        var renderer = new MotionClipRenderer(32, 2);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => renderer.Render((MotionClass)8, MotionDifficulty.Hard, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => renderer.Render(0, (MotionDifficulty)4, 1));
        var wrong = Assert.ThrowsExactly<ArgumentException>(() => renderer.Render(0, 0, 1, new byte[5]));
        StringAssert.Contains(wrong.Message, "5");
        StringAssert.Contains(wrong.Message, "6144");
    }

    private static bool MajorityIsDark(MotionClipRenderer renderer, MotionDifficulty difficulty, int seed) =>
        Median(MotionMeasures.Luminance(renderer.Render(MotionClass.MoveUp, difficulty, (ulong)seed), 64, 0)) < 128;

    private static float Median(float[] values) => values.Order().ElementAt(values.Length / 2);
}
