using GardenerML.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace GardenerML.Tests.Training;

[TestClass]
public sealed class SoftTargetTests
{
    private static readonly long[] Labels = [0, 2, 1, 2];

    [TestMethod]
    [DataRow(0.0, false)]
    [DataRow(0.1, false)]
    [DataRow(0.0, true)]
    [DataRow(0.3, true)]
    public void Hard_labels_give_the_cross_entropy_of_torch_in_parts_too(double smoothing, bool weighted)
    {
        using var scope = NewDisposeScope();
        var logits = Logits();
        float[] weights = weighted ? [0.5f, 1, 3] : [1, 1, 1];
        var expected = nn.functional.cross_entropy(logits, tensor(Labels), tensor(weights), label_smoothing: smoothing).ToDouble();
        var targets = SoftTargets.Of(Labels, weights, smoothing, 1);
        Assert.AreEqual(expected, targets.Loss(logits, 0).ToDouble(), 1e-6);
        Assert.AreEqual(expected, targets.Loss(logits[..3], 0).ToDouble() + targets.Loss(logits[3..], 3).ToDouble(), 1e-6);
    }

    [TestMethod]
    public void Mixed_labels_give_the_mean_of_both_losses_by_share()
    {
        using var scope = NewDisposeScope();
        var logits = Logits();
        var own = nn.functional.cross_entropy(logits, tensor(Labels)).ToDouble();
        var other = nn.functional.cross_entropy(logits, tensor(Labels.Reverse().ToArray())).ToDouble();
        Assert.AreEqual(0.7 * own + 0.3 * other, SoftTargets.Of(Labels, [1, 1, 1], 0, 0.7).Loss(logits, 0).ToDouble(), 1e-6);
    }

    [TestMethod]
    public void A_step_without_a_clip_that_counts_has_no_loss()
    {
        using var scope = NewDisposeScope();
        Assert.AreEqual(0, SoftTargets.Of([0, 0], [0, 1, 1], 0, 1).Loss(Logits()[..2], 0).ToDouble());
    }

    [TestMethod]
    public void Class_weights_are_those_given_or_make_classes_equal()
    {
        int[] labels = [0, 0, 0, 2];
        CollectionAssert.AreEqual(new float[] { 1, 1, 1 }, ClassWeighting.Equal.For(labels, 3));
        // 4 clips of 2 classes that occur: 4 / (2 * 3) and 4 / (2 * 1).
        var balanced = ClassWeighting.Balanced.For(labels, 3);
        Assert.AreEqual(2 / 3.0, balanced[0], 1e-6);
        Assert.AreEqual(2, balanced[2], 1e-6);
        CollectionAssert.AreEqual(new float[] { 1, 2, 0 }, ClassWeighting.Explicit(1, 2, 0).For(labels, 3));
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => ClassWeighting.Explicit(1, 2).For(labels, 3));
        StringAssert.Contains(error.Message, "2 weights");
        StringAssert.Contains(error.Message, "3 classes");
        foreach (var bad in new double[][] { [-1, 1], [double.NaN], [0, 0], [] })
            Assert.ThrowsExactly<ArgumentException>(() => ClassWeighting.Explicit(bad));
        Assert.AreEqual(ClassWeighting.Explicit(1, 0.5), ClassWeighting.Explicit(1, 0.5));
        Assert.AreNotEqual(ClassWeighting.Explicit(1, 0.5), ClassWeighting.Balanced);
        Assert.AreEqual("[1, 0.5]", ClassWeighting.Explicit(1, 0.5).ToString());
    }

    [TestMethod]
    public void Balanced_weights_help_a_rare_class()
    {
        var ml = new Microsoft.ML.MLContext(1);
        var rows = TinyData.Rows(30).Where((row, i) => row.Label != "red" || i == 2).ToArray();
        var data = ml.Keyed(rows);
        var test = ml.Keyed([.. TinyData.Rows(30, seed: 4).Where(row => row.Label == "red")]);
        var options = TinyData.Options with { Epochs = 4 };
        Assert.IsGreaterThan(Red(options) + 0.05, Red(options with { ClassWeights = ClassWeighting.Balanced }));

        double Red(VideoClassifierOptions recipe)
        {
            using var model = ml.Trainer(recipe).Fit(data);
            return model.Scores(test).Average(score => score[2]);
        }
    }

    private static Tensor Logits() => tensor(new[,] { { 1f, -1, 0.5f }, { 0, 2, 1 }, { -2, 0.3f, 0.1f }, { 0.2f, 0.4f, -3 } });
}
