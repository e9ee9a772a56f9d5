using System.Text.Json;
using GardenerML.Pruning;

namespace GardenerML.Tests.Pruning;

[TestClass]
public class RankCorrelationTests
{
    [TestMethod]
    public void Entropy_agrees_with_the_published_accuracy_loss_as_published()
    {
        var paper = JsonDocument.Parse(File.ReadAllText(ReferenceData.Golden("paper", "paper-scores.json"))).RootElement;
        var entropies = paper.GetProperty("checkpoints").GetProperty("K400_FT").EnumerateArray()
            .Select(block => block.GetProperty("entropy").GetDouble()).ToArray();
        var tables = paper.GetProperty("tables");
        var losses = tables.GetProperty("singleBlock").EnumerateObject()
            .Select(row => tables.GetProperty("baselineWar").GetDouble() - row.Value.GetDouble()).ToArray();

        var spearman = RankCorrelation.Spearman(entropies, losses);
        Assert.AreEqual(0.755, spearman.Value, 0.0005);
        Assert.IsTrue(spearman.Lower is > -0.2 and < 0.755 && spearman.Upper is > 0.755 and <= 1, spearman.ToString());
        var kendall = RankCorrelation.Kendall(entropies, losses);
        Assert.IsTrue(kendall.Lower < kendall.Value && kendall.Value < kendall.Upper, kendall.ToString());
    }

    [TestMethod]
    public void Ties_share_their_mean_rank()
    {
        // By hand: ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4; five pairs in the same order, one tied in the first list.
        double[] tied = [1, 2, 2, 3], distinct = [1, 2, 3, 4];
        Assert.AreEqual(4.5 / Math.Sqrt(4.5 * 5), RankCorrelation.Spearman(tied, distinct).Value, 1e-12);
        Assert.AreEqual(5 / Math.Sqrt(5 * 6), RankCorrelation.Kendall(tied, distinct).Value, 1e-12);
    }

    [TestMethod]
    public void The_same_order_gives_one_and_the_opposite_order_minus_one()
    {
        double[] up = [1, 2, 30, 400], down = [9, 8, 7, -6];
        Assert.AreEqual(new RankCorrelation(1, 1, 1), RankCorrelation.Kendall(up, up));
        Assert.AreEqual(-1, RankCorrelation.Spearman(up, down).Value, 1e-12);
        Assert.AreEqual(-1, RankCorrelation.Kendall(up, down).Value, 1e-12);
    }

    [TestMethod]
    public void A_seed_fixes_the_interval_and_less_confidence_narrows_it()
    {
        double[] x = [1, 2, 3, 4, 5, 6, 7, 8], y = [2, 1, 4, 3, 8, 5, 7, 6];
        Assert.AreEqual(RankCorrelation.Spearman(x, y), RankCorrelation.Spearman(x, y));
        Assert.AreNotEqual(RankCorrelation.Kendall(x, y), RankCorrelation.Kendall(x, y, seed: 1));
        var (wide, narrow) = (RankCorrelation.Spearman(x, y), RankCorrelation.Spearman(x, y, confidence: 0.5));
        Assert.IsTrue(wide.Lower < narrow.Lower && narrow.Upper < wide.Upper, $"{wide} {narrow}");
    }

    [TestMethod]
    public void Equal_numbers_have_no_correlation()
    {
        Assert.IsTrue(double.IsNaN(RankCorrelation.Spearman([1, 1, 1], [1, 2, 3]).Value));
        Assert.IsTrue(double.IsNaN(RankCorrelation.Kendall([1, 2, 3], [0, 0, 0]).Lower));
    }

    [TestMethod]
    public void Lists_that_cannot_be_compared_are_refused()
    {
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => RankCorrelation.Spearman([1, 2], [1])).Message, "2 and 1");
        Assert.ThrowsExactly<ArgumentException>(() => RankCorrelation.Kendall([1], [1]));
        Assert.ThrowsExactly<ArgumentException>(() => RankCorrelation.Kendall([1, double.NaN], [1, 2]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => RankCorrelation.Kendall([1, 2], [1, 2], confidence: 95));
    }
}
