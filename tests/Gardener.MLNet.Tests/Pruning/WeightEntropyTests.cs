using CsCheck;
using GardenerML.Checkpoints;
using GardenerML.Pruning;

namespace GardenerML.Tests.Pruning;

[TestClass]
public class WeightEntropyTests
{
    // Numbers of all magnitudes, fp16's subnormal ones too, and many equal ones.
    private static readonly Gen<float> Weight = Gen.OneOf(
        Gen.Int[-5, 5].Select(n => n * 0.25f), Gen.Float[-1, 1], Gen.Float[-1e-4f, 1e-4f], Gen.Float[-1e-7f, 1e-7f]);

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(7)]
    [DataRow(5000)]
    public void Equal_counts_of_k_values_have_the_entropy_ln_k(int k)
    {
        var weights = Enumerable.Range(0, 3 * k).Select(i => BitConverter.UInt16BitsToHalf((ushort)(i % k))).ToArray();
        var block = Statistics(MemoryTensor.Of(weights));
        foreach (var entropy in (EntropyEstimate[])[block.HalfGridEntropy!.Value, block.ExactEntropy!.Value])
        {
            Assert.AreEqual(k, entropy.Distinct);
            Assert.AreEqual(Math.Log(k), entropy.Value, 1e-12);
            Assert.AreEqual(0, entropy.StandardError, 1e-8);
        }
    }

    [TestMethod]
    public void Entropies_are_those_of_the_values_counted_one_by_one() => Weight.Array[1, 300].Sample(weights =>
    {
        var block = Statistics(MemoryTensor.Of(weights));
        AssertCounts(weights.GroupBy(w => w), block.ExactEntropy!.Value);
        AssertCounts(weights.GroupBy(w => (float)(Half)w), block.HalfGridEntropy!.Value);
        float lowest = weights.Min(), highest = weights.Max();
        AssertCounts(
            weights.GroupBy(w => lowest == highest ? 0 : Math.Min(63, (int)(((double)w - lowest) / ((double)highest - lowest) * 64))),
            block.UniformOwnEntropy[64]);

        static void AssertCounts<T>(IEnumerable<IGrouping<T, float>> groups, EntropyEstimate actual)
        {
            double[] counts = [.. groups.Select(group => (double)group.Count())];
            var total = counts.Sum();
            var entropy = -counts.Sum(n => n / total * Math.Log(n / total));
            var variance = counts.Sum(n => n / total * Math.Pow(-Math.Log(n / total) - entropy, 2)) / total;
            Assert.AreEqual(counts.Length, actual.Distinct);
            Assert.AreEqual(entropy, actual.Value, 1e-12);
            Assert.AreEqual(Math.Sqrt(variance), actual.StandardError, 1e-7);
            Assert.AreEqual(total > 1 ? entropy / Math.Log(total) : 0, actual.Efficiency, 1e-12);
        }
    });

    [TestMethod]
    public void The_order_of_weights_and_their_division_into_tensors_do_not_matter() =>
        Gen.Select(Weight.Array[2, 200], Gen.Int[0, 1000]).Sample((weights, seed) =>
        {
            var shuffled = weights.ToArray();
            new Random(seed).Shuffle(shuffled);
            var cut = seed % (weights.Length - 1);
            var one = Statistics(MemoryTensor.Of(weights));
            var two = Statistics(MemoryTensor.Of(shuffled[..(cut + 1)]), MemoryTensor.Of(shuffled[(cut + 1)..]));
            Assert.AreEqual(one.HalfGridEntropy, two.HalfGridEntropy);
            Assert.AreEqual(one.ExactEntropy!.Value.Value, two.ExactEntropy!.Value.Value, 1e-12);
            Assert.AreEqual(one.UniformOwnEntropy[256], two.UniformOwnEntropy[256]);
            Assert.AreEqual(one.Moments!.L2, two.Moments!.L2, 1e-12 * one.Moments.L2);
        });

    [TestMethod]
    public void Mutual_information_is_symmetric_and_within_its_bounds() =>
        Gen.Select(Weight.Array[50], Weight.Array[50]).Sample((first, second) =>
        {
            var both = BlockScores.Compute([[MemoryTensor.Of(first)], [MemoryTensor.Of(second)]], PruningCriterion.MutualInformation).Blocks;
            var swapped = BlockScores.Compute([[MemoryTensor.Of(second)], [MemoryTensor.Of(first)]], PruningCriterion.MutualInformation).Blocks;
            Assert.AreEqual(both[0].MeanMutualInformation, both[1].MeanMutualInformation);
            Assert.AreEqual(both[0].MeanMutualInformation!.Value, swapped[0].MeanMutualInformation!.Value, 1e-12);

            // The entropy of an equal mixture is at least the mean of the two, and at most ln 2 more.
            var mean = (both[0].HalfGridEntropy!.Value.Value + both[1].HalfGridEntropy!.Value.Value) / 2;
            Assert.IsTrue(both[0].MeanMutualInformation <= mean + 1e-12 && both[0].MeanMutualInformation >= mean - Math.Log(2) - 1e-12);
        });

    [TestMethod]
    public void A_block_tells_its_own_entropy_about_its_copy()
    {
        var blocks = BlockScores.Compute(
            [[MemoryTensor.Of(1f, 2f, 2f, 3f)], [MemoryTensor.Of(1f, 2f, 2f, 3f)]], PruningCriterion.MutualInformation).Blocks;
        Assert.AreEqual(blocks[0].HalfGridEntropy!.Value.Value, blocks[0].MeanMutualInformation!.Value, 1e-12);
    }

    [TestMethod]
    public void Every_stored_type_gives_the_same_numbers_for_the_same_weights() => Gen.Int[-200, 200].Array[1, 100].Sample(numbers =>
    {
        // Multiples of 1/8 up to 25 are exact in eight binary digits.
        var weights = Array.ConvertAll(numbers, n => n / 8f);
        var expected = Statistics(MemoryTensor.Of(weights)).ToNamedValues();
        foreach (var tensor in (MemoryTensor[])
        [
            MemoryTensor.Of(Array.ConvertAll(weights, w => (Half)w)), MemoryTensor.OfBFloat16(weights),
            MemoryTensor.Of(Array.ConvertAll(weights, w => (double)w)),
        ])
        {
            foreach (var (name, value) in Statistics(tensor).ToNamedValues())
                Assert.AreEqual(expected[name], value, 1e-12 * Math.Abs(expected[name]), $"{name} of {tensor.Type}");
        }
    });

    [TestMethod]
    public void Zero_and_minus_zero_are_one_value()
    {
        foreach (var tensor in (MemoryTensor[])
        [
            MemoryTensor.Of(0f, -0f), MemoryTensor.Of((Half)0f, (Half)(-0f)), MemoryTensor.OfBFloat16(0f, -0f), MemoryTensor.Of(0.0, -0.0),
        ])
        {
            Assert.AreEqual(1, Statistics(tensor).HalfGridEntropy!.Value.Distinct, $"{tensor.Type}");
            Assert.AreEqual(1, Statistics(tensor).ExactEntropy!.Value.Distinct, $"{tensor.Type}");
        }
    }

    [TestMethod]
    public void Noise_below_fp16s_resolution_keeps_the_ranking_on_the_half_grid_and_destroys_that_of_exact_values()
    {
        // What a checkpoint of fp16 becomes when it is converted to fp32 and touched by a step too small to matter.
        var random = new Random(3);
        var half = MemoryTensor.Blocks("tiny-b-half");
        var noisy = Array.ConvertAll(half, block => Array.ConvertAll(block, StoredTensor (tensor) =>
        {
            var weights = WeightReader.Floats(tensor, 0, new float[tensor.ElementCount]).ToArray();
            return MemoryTensor.Of(Array.ConvertAll(weights, w => w * (1 + ((random.NextSingle() - 0.5f) * 1e-4f))));
        }));
        var expected = BlockScores.Compute(half, PruningCriterion.ExactEntropy).RemovalOrder.ToArray();

        CollectionAssert.AreEqual(expected, BlockScores.Compute(half).RemovalOrder.ToArray());
        CollectionAssert.AreEqual(expected, BlockScores.Compute(noisy).RemovalOrder.ToArray());
        var exact = BlockScores.Compute(noisy, PruningCriterion.ExactEntropy);
        CollectionAssert.AreNotEqual(expected, exact.RemovalOrder.ToArray());
        Assert.IsTrue(exact.Blocks.All(block => block.ExactEntropy!.Value.Efficiency > 0.99));
    }

    private static BlockStatistics Statistics(params StoredTensor[] tensors) =>
        BlockScores.Compute([tensors], allStatistics: true, threads: 1).Blocks[0];
}
