using GardenerML.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace GardenerML.Tests.Training;

[TestClass]
public sealed class MixingTests
{
    [TestMethod]
    [DataRow(0.3)]
    [DataRow(0.8)]
    [DataRow(1.0)]
    [DataRow(4.0)]
    public void Shares_have_mean_and_variance_of_the_beta_distribution(double a)
    {
        var random = new Random(1);
        var draws = Enumerable.Range(0, 20000).Select(_ => BetaDistribution.Sample(a, random)).ToArray();
        Assert.IsTrue(draws.All(draw => draw is >= 0 and <= 1));
        Assert.AreEqual(0.5, draws.Average(), 0.015);
        Assert.AreEqual(1 / (4 * (2 * a + 1)), draws.Average(draw => (draw - 0.5) * (draw - 0.5)), 0.005);
    }

    [TestMethod]
    public void Normal_numbers_are_normal()
    {
        var random = new Random(1);
        var draws = Enumerable.Range(0, 20000).Select(_ => BetaDistribution.Normal(random)).ToArray();
        Assert.AreEqual(0, draws.Average(), 0.03);
        Assert.AreEqual(1, draws.Average(draw => draw * draw), 0.05);
        Assert.AreEqual(0.1587, draws.Count(draw => draw > 1) / 20000.0, 0.01);
    }

    [TestMethod]
    public void A_cut_of_a_clip_is_the_others_and_its_area_is_the_share()
    {
        using var scope = NewDisposeScope();
        var random = new Random(2);
        var pasted = 0;
        for (var i = 0; i < 50; i++)
        {
            var mixing = BatchMixing.Draw(new ClipAugmentation { CutMix = 1 }, 16, random);
            if (mixing == BatchMixing.None)
                continue;
            var clips = zeros([1, 3, 2, 16, 16]);
            mixing.Apply(clips, ones([1, 3, 2, 16, 16]));
            Assert.AreEqual(1 - mixing.Share, clips.mean().ToDouble(), 1e-6);
            Assert.AreEqual(0, (clips[0, 0, 0] - clips[0, 2, 1]).abs().sum().ToDouble());
            pasted++;
        }
        Assert.IsGreaterThan(40, pasted);
    }

    [TestMethod]
    public void Mixed_clips_are_the_mean_by_share_and_one_of_both_ways_is_drawn_for_a_batch()
    {
        using var scope = NewDisposeScope();
        var random = new Random(3);
        var draws = Enumerable.Range(0, 400).Select(_ => BatchMixing.Draw(new ClipAugmentation { Mixup = 0.8, CutMix = 1 }, 16, random)).ToArray();
        Assert.AreEqual(200, draws.Count(draw => draw.Box is null && draw.Share < 1), 40);
        var mixing = draws.First(draw => draw.Box is null && draw.Share < 1);
        var clips = full([2, 3, 2, 16, 16], 2f);
        mixing.Apply(clips, full([2, 3, 2, 16, 16], 10f));
        Assert.AreEqual(2 * mixing.Share + 10 * (1 - mixing.Share), clips.max().ToDouble(), 1e-5);
        Assert.AreEqual(BatchMixing.None, BatchMixing.Draw(ClipAugmentation.None, 16, random));
    }
}
