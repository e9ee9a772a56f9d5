using System.Text.Json;
using GardenerML.Pruning;
using GardenerML.Samples.Reproduction;

namespace GardenerML.Tests.Reproduction;

/// <summary>The published numbers beside ours, against the file of the paper's tables.</summary>
[TestClass]
public sealed class PublishedResultsTests
{
    private static readonly Dictionary<string, (string Statistic, int Direction)> Statistics = new()
    {
        ["entropy"] = ("entropy", 1),
        ["mean"] = ("meanAbs", 1),
        ["variance"] = ("varAbs", 1),
        ["std"] = ("stdAbs", 1),
        ["l1"] = ("l1", 1),
        ["l2"] = ("l2", 1),
        ["kurtosis"] = ("excessKurtosis", -1),
        ["mutual-information"] = ("meanMutualInformation", -1),
        ["value-entropy"] = ("valueEntropy", 1),
    };

    private static JsonElement Paper => JsonDocument.Parse(File.ReadAllText(ReferenceData.Golden("paper", "paper-scores.json"))).RootElement;

    [TestMethod]
    public void Accuracies_and_removed_blocks_are_those_of_the_tables()
    {
        var tables = Paper.GetProperty("tables");
        Assert.AreEqual(PublishedResults.UnprunedWar, tables.GetProperty("baselineWar").GetDouble());
        CollectionAssert.AreEqual(
            PublishedResults.SingleBlockWar.ToArray(),
            Enumerable.Range(1, 12).Select(block => tables.GetProperty("singleBlock").GetProperty($"{block}").GetDouble()).ToArray());
        for (var step = 0; step < PublishedResults.Removals.Count; step++)
        {
            var rows = tables.GetProperty("multiBlock").GetProperty($"{PublishedResults.Removals[step]}").EnumerateObject().ToArray();
            Assert.HasCount(PublishedResults.War.Count, rows);
            foreach (var row in rows)
            {
                var criterion = row.Name == "mutualInformation" ? "mutual-information" : row.Name;
                Assert.AreEqual(row.Value[1].GetDouble(), PublishedResults.War[criterion][step]);
                if (row.Value[0].ValueKind == JsonValueKind.Null)
                    continue;
                CollectionAssert.AreEqual(
                    row.Value[0].EnumerateArray().Select(block => block.GetInt32()).ToArray(), Removed(criterion, step), criterion);
            }
        }

        static int[] Removed(string criterion, int step) =>
            [.. PublishedResults.AddedBlocks[criterion].Take(step + 1).SelectMany(blocks => blocks).Order()];
    }

    [TestMethod]
    public void Rank_correlations_are_those_of_the_published_statistics()
    {
        var blocks = Paper.GetProperty("checkpoints").GetProperty("K400_FT").EnumerateArray().ToArray();
        double[] losses = [.. PublishedResults.SingleBlockWar.Select(war => PublishedResults.UnprunedWar - war)];
        CollectionAssert.AreEquivalent(Statistics.Keys, PublishedResults.Spearman.Keys.ToArray());
        foreach (var (criterion, (statistic, direction)) in Statistics)
        {
            var values = blocks.Select(block => direction * block.GetProperty(statistic).GetDouble()).ToArray();
            Assert.AreEqual(RankCorrelation.Spearman(values, losses).Value, PublishedResults.Spearman[criterion], 6e-4, criterion);
        }
    }
}
