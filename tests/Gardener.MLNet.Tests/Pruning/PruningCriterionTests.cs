using System.Text.Json;
using GardenerML.Pruning;

namespace GardenerML.Tests.Pruning;

[TestClass]
public class PruningCriterionTests
{
    private static readonly JsonElement Paper =
        JsonDocument.Parse(File.ReadAllText(ReferenceData.Golden("paper", "paper-scores.json"))).RootElement;

    // The tables' names, ours, and the names of the authors' statistics.
    [TestMethod]
    [DataRow("entropy", "entropy", "entropy")]
    [DataRow("mean", "mean", "meanAbs")]
    [DataRow("variance", "variance", "varAbs")]
    [DataRow("std", "std", "stdAbs")]
    [DataRow("l1", "l1", "l1")]
    [DataRow("l2", "l2", "l2")]
    [DataRow("kurtosis", "kurtosis", "excessKurtosis")]
    [DataRow("mutualInformation", "mutual-information", "meanMutualInformation")]
    public void The_authors_values_give_every_published_removed_set(string column, string criterion, string statistic)
    {
        var values = Paper.GetProperty("checkpoints").GetProperty("K400_FT").EnumerateArray()
            .Select(block => block.GetProperty(statistic).GetDouble()).ToArray();
        AssertPublishedSets(column, PruningCriterion.Parse(criterion).RemovalOrder(values));
    }

    [TestMethod]
    public void The_published_sensitivities_give_every_published_removed_set()
    {
        var losses = Paper.GetProperty("tables").GetProperty("sensitivityColumn").EnumerateArray().Select(loss => loss.GetDouble()).ToArray();
        var sensitivity = PruningCriterion.Custom("sensitivity", (block, _) => losses[block]);
        AssertPublishedSets("sensitivity", sensitivity.RemovalOrder(losses));
    }

    [TestMethod]
    public void Of_equal_values_the_deeper_block_goes_first()
    {
        CollectionAssert.AreEqual(new[] { 3, 1, 2, 0 }, PruningCriterion.Entropy.RemovalOrder([2, 1, 2, 1]));
        CollectionAssert.AreEqual(new[] { 2, 0, 3, 1 }, PruningCriterion.Kurtosis.RemovalOrder([2, 1, 2, 1]));
    }

    [TestMethod]
    [DataRow("entropy")]
    [DataRow("exact-entropy")]
    [DataRow("uniform-shared-entropy:64")]
    [DataRow("uniform-own-entropy:1024")]
    [DataRow("value-entropy")]
    [DataRow("mean")]
    [DataRow("variance")]
    [DataRow("std")]
    [DataRow("l1")]
    [DataRow("l2")]
    [DataRow("kurtosis")]
    [DataRow("mutual-information")]
    [DataRow("random:-3")]
    public void A_name_is_parsed_and_printed(string name) => Assert.AreEqual(name, PruningCriterion.Parse(name).ToString());

    [TestMethod]
    [DataRow("Entropie")]
    [DataRow("")]
    [DataRow("entropy:3")]
    [DataRow("random:x")]
    public void An_unknown_name_lists_the_known_ones(string name)
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => PruningCriterion.Parse(name));
        StringAssert.Contains(error.Message, $"'{name}'");
        StringAssert.Contains(error.Message, "entropy, exact-entropy, value-entropy, mean, variance, std, l1, l2, kurtosis, "
            + "mutual-information, uniform-shared-entropy[:BINS], uniform-own-entropy[:BINS], random[:SEED]");
    }

    [TestMethod]
    public void Too_few_or_too_many_bins_are_refused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PruningCriterion.UniformOwnEntropy(1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PruningCriterion.Parse("uniform-shared-entropy:2000000"));
    }

    [TestMethod]
    public void A_seed_fixes_the_random_order()
    {
        var blocks = MemoryTensor.Blocks("tiny-b-half");
        var orders = new[] { 0, 0, 1 }.Select(seed => BlockScores.Compute(blocks, PruningCriterion.Random(seed)).RemovalOrder.ToArray()).ToArray();
        CollectionAssert.AreEqual(orders[0], orders[1]);
        CollectionAssert.AreNotEqual(orders[0], orders[2]);
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 12).ToArray(), orders[2]);
    }

    [TestMethod]
    public void A_criterion_of_ones_own_sees_the_weights_and_has_its_direction()
    {
        var blocks = MemoryTensor.Blocks("tiny-b-half");
        var bytes = PruningCriterion.Custom("first-byte", (block, weights) => (10 * weights.Count) + block, highestFirst: true);
        var scores = BlockScores.Compute(blocks, bytes);
        CollectionAssert.AreEqual(Enumerable.Range(60, 12).Select(value => (double)value).ToArray(), scores.Values.ToArray());
        Assert.AreEqual(11, scores.RemovalOrder[0]);
        Assert.AreEqual("first-byte", scores.Criterion.Name);
    }

    [TestMethod]
    public void A_value_that_is_not_a_number_cannot_be_ranked()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => PruningCriterion.Entropy.RemovalOrder([1, double.NaN]));
        StringAssert.Contains(error.Message, "block 1");
    }

    private static void AssertPublishedSets(string column, int[] order)
    {
        foreach (var row in Paper.GetProperty("tables").GetProperty("multiBlock").EnumerateObject())
        {
            // The paper's block numbers start at 1.
            var published = row.Value.GetProperty(column)[0].EnumerateArray().Select(block => block.GetInt32() - 1).ToArray();
            CollectionAssert.AreEqual(published, order.Take(published.Length).Order().ToArray(), $"{column}, {row.Name} removed");
        }
    }
}
