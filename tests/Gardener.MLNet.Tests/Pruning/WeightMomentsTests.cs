using CsCheck;
using GardenerML.Pruning;

namespace GardenerML.Tests.Pruning;

[TestClass]
public class WeightMomentsTests
{
    [TestMethod]
    public void Moments_are_those_of_their_definitions() =>
        Gen.Select(Gen.Int[-1024, 1024].Array[2, 300], Gen.Int[0, 2]).Where((noise, _) => noise.Distinct().Skip(1).Any()).Sample((noise, i) =>
        {
            // A mean far from zero must not cost digits.
            var offset = new[] { 0, 3, 1e6 }[i];
            var weights = Array.ConvertAll(noise, w => (w / 1024.0) + offset);
            var moments = Moments(weights);
            double n = weights.Length, mean = weights.Sum(w => (w - offset) / n) + offset, l1 = weights.Sum(Math.Abs), meanAbsolute = l1 / n;
            double second = weights.Sum(w => Math.Pow(w - mean, 2)) / n, fourth = weights.Sum(w => Math.Pow(w - mean, 4)) / n;
            Assert.AreEqual(weights.Length, moments.Count);
            Assert.AreEqual(weights.Min(), moments.Minimum);
            Assert.AreEqual(weights.Max(), moments.Maximum);
            Assert.AreEqual(weights.Max(Math.Abs), moments.MaximumAbsolute);
            Near(meanAbsolute, moments.MeanAbsolute, 1e-13);
            Near(l1, moments.L1, 1e-13);
            Near(Math.Sqrt(weights.Sum(w => w * w)), moments.L2, 1e-13);
            Near(weights.Sum(w => Math.Pow(Math.Abs(w) - meanAbsolute, 2)) / n, moments.VarianceAbsolute, 1e-6);
            Near(Math.Sqrt(moments.VarianceAbsolute), moments.StandardDeviationAbsolute, 1e-15);
            Near(fourth / (second * second), moments.ExcessKurtosis + 3, 1e-6);
            Near(-weights.Where(w => w != 0).Sum(w => Math.Abs(w) / l1 * Math.Log(Math.Abs(w) / l1)), moments.ValueEntropy!.Value, 1e-9);
        });

    [TestMethod]
    [DataRow(4095)]
    [DataRow(4096)]
    [DataRow(4097)]
    [DataRow(524_287)]
    [DataRow(524_289)]
    public void A_ramp_of_any_length_has_the_moments_of_the_formula(int count)
    {
        // 0, 1, ..., n-1: lengths about the sizes of the chunks and segments that are summed apart.
        var moments = Moments([.. Enumerable.Range(0, count).Select(i => (double)i)]);
        double n = count;
        Near((n - 1) / 2, moments.MeanAbsolute, 1e-13);
        Near(((n * n) - 1) / 12, moments.VarianceAbsolute, 1e-12);
        Near(Math.Sqrt((n - 1) * n * ((2 * n) - 1) / 6), moments.L2, 1e-12);
        Near(-6 * ((n * n) + 1) / (5 * ((n * n) - 1)), moments.ExcessKurtosis, 1e-10);
    }

    [TestMethod]
    [DataRow(0.0)]
    [DataRow(-0.1)]
    public void Equal_weights_have_no_spread(double weight)
    {
        var moments = Moments([.. Enumerable.Repeat(weight, 10_001)]);
        Assert.AreEqual(0, moments.ExcessKurtosis);
        Assert.AreEqual(0, moments.VarianceAbsolute, 1e-25);
        Assert.AreEqual(weight == 0 ? 0 : Math.Log(10_001), moments.ValueEntropy!.Value, 1e-12);
    }

    private static WeightMoments Moments(double[] weights) =>
        BlockScores.Compute([[MemoryTensor.Of(weights)]], PruningCriterion.ValueEntropy).Blocks[0].Moments!;

    private static void Near(double expected, double actual, double relative) =>
        Assert.AreEqual(expected, actual, relative * Math.Max(1e-3, Math.Abs(expected)));
}
