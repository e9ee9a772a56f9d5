using System.Text.Json;
using GardenerML.Checkpoints;
using GardenerML.Pruning;

namespace GardenerML.Tests.Pruning;

[TestClass]
public class BlockScoresTests
{
    [TestMethod]
    [DataRow("tiny-a")]
    [DataRow("tiny-b-half")]
    public void Every_statistic_of_the_reference_is_met(string model)
    {
        var expected = JsonDocument.Parse(File.ReadAllText(ReferenceData.Golden(model, "block-stats.json"))).RootElement.GetProperty("blocks");
        var scores = BlockScores.Compute(MemoryTensor.Blocks(model), allStatistics: true);
        Assert.HasCount(expected.GetArrayLength(), scores.Blocks);
        foreach (var block in scores.Blocks)
        {
            var actual = block.ToNamedValues();
            foreach (var statistic in expected[block.Block].EnumerateObject())
            {
                var value = statistic.Value.GetDouble();
                Assert.AreEqual(value, actual[statistic.Name], 1e-11 * Math.Abs(value), $"{statistic.Name} of block {block.Block}");
            }
        }
    }

    [TestMethod]
    [DataRow("entropy", "halfGridEntropy")]
    [DataRow("exact-entropy", "exactEntropy")]
    [DataRow("uniform-shared-entropy:64", "uniformShared64Entropy")]
    [DataRow("uniform-own-entropy", "uniformOwn256Entropy")]
    [DataRow("value-entropy", "valueEntropy")]
    [DataRow("mean", "meanAbs")]
    [DataRow("variance", "varAbs")]
    [DataRow("std", "stdAbs")]
    [DataRow("l1", "l1")]
    [DataRow("l2", "l2")]
    [DataRow("kurtosis", "excessKurtosis")]
    [DataRow("mutual-information", "meanMutualInformation")]
    public void A_criterion_alone_gives_the_value_it_has_among_all_statistics(string criterion, string statistic)
    {
        var blocks = MemoryTensor.Blocks("tiny-a");
        var all = BlockScores.Compute(blocks, allStatistics: true).Blocks.Select(block => block.ToNamedValues()[statistic]);
        var scores = BlockScores.Compute(blocks, PruningCriterion.Parse(criterion));
        CollectionAssert.AreEqual(all.ToArray(), scores.Values.ToArray());
        Assert.AreEqual(0, scores.NormalizedValues.Min());
        Assert.AreEqual(1, scores.NormalizedValues.Max());
    }

    [TestMethod]
    public void What_the_criterion_does_not_need_is_not_computed()
    {
        var block = BlockScores.Compute(MemoryTensor.Blocks("tiny-a")).Blocks[0];
        CollectionAssert.AreEquivalent(
            new[] { "n", "halfGridEntropy", "halfGridEntropyError", "efficiency", "distinctHalf" }, block.ToNamedValues().Keys.ToArray());
    }

    [TestMethod]
    public void The_number_of_threads_does_not_change_a_bit()
    {
        var random = new Random(5);
        // More than one segment of 524,288 weights, and odd ends.
        StoredTensor[][] blocks = [[Noise(700_001)], [Noise(3), Noise(1_200_007)], [Noise(4096), Noise(4097)]];
        var one = BlockScores.Compute(blocks, allStatistics: true, threads: 1);
        foreach (var threads in (int[])[2, 3, 8])
        {
            var many = BlockScores.Compute(blocks, allStatistics: true, threads: threads);
            for (var block = 0; block < blocks.Length; block++)
                CollectionAssert.AreEqual(one.Blocks[block].ToNamedValues().ToArray(), many.Blocks[block].ToNamedValues().ToArray());
        }

        MemoryTensor Noise(int count) => MemoryTensor.Of(Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.4f).ToArray());
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    [DataRow(float.NegativeInfinity)]
    public void A_weight_that_is_not_finite_is_refused_by_every_statistic(float wrong)
    {
        var weights = new float[10_000];
        weights[9_000] = wrong;
        StoredTensor[][] blocks = [[MemoryTensor.Of(0f, 1f)], [MemoryTensor.Of(weights)]];
        foreach (var criterion in (PruningCriterion[])[PruningCriterion.Entropy, PruningCriterion.ExactEntropy, PruningCriterion.L1])
        {
            var error = Assert.ThrowsExactly<InvalidDataException>(() => BlockScores.Compute(blocks, criterion));
            StringAssert.Contains(error.Message, "Block 1: tensor 'w' holds");
            StringAssert.Contains(error.Message, "element 9000");
        }
    }

    [TestMethod]
    public void A_finite_weight_beyond_the_half_grid_is_counted_in_its_outermost_interval()
    {
        var scores = BlockScores.Compute([[MemoryTensor.Of(1e6f, 1e7f, 0f, 1f)]]);
        Assert.AreEqual(3, scores.Blocks[0].HalfGridEntropy!.Value.Distinct);
    }

    [TestMethod]
    public void Blocks_without_weights_and_tensors_of_integers_are_refused()
    {
        Assert.ThrowsExactly<ArgumentException>(() => BlockScores.Compute([]));
        Assert.ThrowsExactly<ArgumentException>(() => BlockScores.Compute([[MemoryTensor.Of(1f)], []]));
        var error = Assert.ThrowsExactly<ArgumentException>(
            () => BlockScores.Compute([[new MemoryTensor("steps", TensorType.Int64, new byte[8], 8)]]));
        StringAssert.Contains(error.Message, "'steps' holds Int64");
    }

    [TestMethod]
    public void A_cancelled_computation_stops()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsExactly<OperationCanceledException>(
            () => BlockScores.Compute([[MemoryTensor.Of(1f)]], cancellationToken: source.Token));
    }
}
