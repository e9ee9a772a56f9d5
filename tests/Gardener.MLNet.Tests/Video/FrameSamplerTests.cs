using CsCheck;
using GardenerML.Video;

namespace GardenerML.Tests.Video;

[TestClass]
public sealed class FrameSamplerTests
{
    private static readonly Gen<(FrameSampling Sampling, int Count, int Rate, int Available, ShortVideo Short, int Seed)> Cases =
        Gen.Select(Gen.Enum<FrameSampling>(), Gen.Int[1, 64], Gen.Int[1, 40], Gen.Int[1, 2000], Gen.Enum<ShortVideo>(), Gen.Int[0, 1000]);

    [TestMethod]
    public void Indices_are_as_many_as_asked_for_and_in_range() => Cases.Sample(c =>
    {
        var indices = Sample(c);
        return indices.Length == c.Count && indices.All(i => i >= 0 && i < c.Available);
    });

    [TestMethod]
    public void The_same_seed_gives_the_same_indices() => Cases.Sample(c => Sample(c).SequenceEqual(Sample(c)));

    [TestMethod]
    public void Time_runs_forward_unless_a_short_video_wraps() => Cases.Sample(c =>
    {
        bool enough = c.Available >= FrameSampler.Span(c.Count, c.Rate);
        if (c.Short == ShortVideo.Wrap && !enough && c.Sampling != FrameSampling.Uniform)
            return true;
        var indices = Sample(c);
        return indices.Zip(indices.Skip(1)).All(pair => pair.First <= pair.Second);
    });

    [TestMethod]
    public void A_video_that_is_long_enough_is_sampled_at_the_rate() => Cases.Sample(c =>
    {
        if (c.Sampling == FrameSampling.Uniform || c.Available < FrameSampler.Span(c.Count, c.Rate))
            return true;
        var indices = Sample(c);
        var distances = indices.Zip(indices.Skip(1)).Select(pair => pair.Second - pair.First).Distinct().ToArray();
        return c.Count == 1 || (distances.Length == 1
            && (c.Sampling == FrameSampling.RandomStartAndRate ? distances[0] >= 1 && distances[0] <= c.Rate : distances[0] == c.Rate));
    });

    [TestMethod]
    public void Random_rates_go_from_every_frame_to_the_rate()
    {
        var random = new Random(1);
        var rates = Enumerable.Range(0, 500)
            .Select(_ => FrameSampler.Sample(FrameSampling.RandomStartAndRate, 4, 3, 20, ShortVideo.RepeatLast, random))
            .Select(clip => (Rate: clip[1] - clip[0], Start: clip[0])).ToLookup(clip => clip.Rate, clip => clip.Start);
        CollectionAssert.AreEquivalent(new[] { 1, 2, 3 }, rates.Select(rate => rate.Key).ToArray());
        Assert.AreEqual(16, rates[1].Max(), "4 frames in a row fit into 20 up to the start 16");
    }

    [TestMethod]
    public void Known_clips_have_the_indices_worked_out_by_hand()
    {
        CollectionAssert.AreEqual(new[] { 0, 4, 8, 12 }, FrameSampler.Sample(FrameSampling.First, 4, 4, 100, ShortVideo.RepeatLast));
        CollectionAssert.AreEqual(new[] { 43, 47, 51, 55 }, FrameSampler.Sample(FrameSampling.Centre, 4, 4, 100, ShortVideo.RepeatLast));
        CollectionAssert.AreEqual(new[] { 12, 37, 62, 87 }, FrameSampler.Sample(FrameSampling.Uniform, 4, 4, 100, ShortVideo.RepeatLast));
        CollectionAssert.AreEqual(new[] { 0, 4, 8, 9 }, FrameSampler.Sample(FrameSampling.First, 4, 4, 10, ShortVideo.RepeatLast));
        CollectionAssert.AreEqual(new[] { 0, 4, 8, 2 }, FrameSampler.Sample(FrameSampling.First, 4, 4, 10, ShortVideo.Wrap));
        CollectionAssert.AreEqual(new[] { 0, 0, 1, 1 }, FrameSampler.Sample(FrameSampling.Uniform, 4, 4, 2, ShortVideo.Wrap));
    }

    [TestMethod]
    public void Random_starts_reach_both_ends_of_the_video()
    {
        var random = new Random(1);
        var starts = Enumerable.Range(0, 500)
            .Select(_ => FrameSampler.Sample(FrameSampling.RandomStart, 4, 4, 20, ShortVideo.RepeatLast, random)[0]).Distinct().Order();
        CollectionAssert.AreEqual(Enumerable.Range(0, 8).ToArray(), starts.ToArray(), "13 frames fit into 20 at starts 0 to 7");
    }

    [TestMethod]
    public void Without_random_numbers_a_random_start_is_the_centre() => CollectionAssert.AreEqual(
        FrameSampler.Sample(FrameSampling.Centre, 16, 4, 90, ShortVideo.RepeatLast),
        FrameSampler.Sample(FrameSampling.RandomStart, 16, 4, 90, ShortVideo.RepeatLast));

    [TestMethod]
    public void A_video_without_frames_is_an_error()
    {
        foreach (var sampling in Enum.GetValues<FrameSampling>())
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => FrameSampler.Sample(sampling, 4, 4, 0, ShortVideo.Wrap));
    }

    private static int[] Sample((FrameSampling Sampling, int Count, int Rate, int Available, ShortVideo Short, int Seed) c) =>
        FrameSampler.Sample(c.Sampling, c.Count, c.Rate, c.Available, c.Short, new Random(c.Seed));
}
