using GardenerML.Training;
using Microsoft.ML;
using TorchSharp;

namespace GardenerML.Tests.Training;

[TestClass]
public sealed class SeedTests
{
    private static readonly VideoClassifierOptions Random = TinyData.Options with { HeadDropout = 0.3, DropPath = 0.3, ValidationFraction = 0.2 };

    [TestMethod]
    public void The_same_seed_gives_the_same_weights_bit_for_bit_and_another_seed_others()
    {
        var data = new MLContext(1).Keyed(TinyData.Rows(14));
        var first = TinyData.TrainedWeights(Random, data);
        CollectionAssert.AreEqual(first, TinyData.TrainedWeights(Random with { DecodingThreads = 1, FrameCacheBytes = 0 }, data));
        CollectionAssert.AreNotEqual(first, TinyData.TrainedWeights(Random with { Seed = 2 }, data));
    }

    [TestMethod]
    public void The_seed_of_the_context_counts_where_the_options_have_none()
    {
        var data = new MLContext(1).Keyed(TinyData.Rows(8));
        var options = Random with { Seed = null };
        var first = TinyData.TrainedWeights(options, data, new MLContext(7));
        CollectionAssert.AreEqual(first, TinyData.TrainedWeights(options, data, new MLContext(7)));
        CollectionAssert.AreEqual(first, TinyData.TrainedWeights(options with { Seed = 7 }, data, new MLContext(8)));
        CollectionAssert.AreNotEqual(first, TinyData.TrainedWeights(options, data, new MLContext(8)));
    }

    [TestMethod]
    public void A_second_fit_is_a_fresh_one()
    {
        var ml = new MLContext(1);
        var (a, b) = (ml.Keyed(TinyData.Rows(8)), ml.Keyed(TinyData.Rows(10, seed: 9)));
        var trainer = ml.Trainer(Random);
        trainer.Fit(a).Dispose();
        using var second = trainer.Fit(b);
        CollectionAssert.AreEqual(TinyData.TrainedWeights(Random, b), second.Weights());
    }

    [TestMethod]
    public void Training_leaves_the_global_random_numbers_of_torch_alone()
    {
        var data = new MLContext(1).Keyed(TinyData.Rows(8));
        torch.random.manual_seed(123);
        using var before = torch.get_rng_state();
        TinyData.TrainedWeights(Random, data);
        using var after = torch.get_rng_state();
        Assert.IsTrue(before.bytes.SequenceEqual(after.bytes));
    }

    [TestMethod]
    public void The_order_of_clips_differs_between_epochs_and_is_the_same_in_every_process()
    {
        var orders = Enumerable.Range(1, 3).Select(epoch => new EpochSeed(5, epoch).Order(20)).ToArray();
        foreach (var order in orders)
            CollectionAssert.AreEquivalent(Enumerable.Range(0, 20).ToArray(), order);
        CollectionAssert.AreNotEqual(orders[0], orders[1]);
        CollectionAssert.AreNotEqual(orders[1], orders[2]);
        CollectionAssert.AreEqual(orders[0], new EpochSeed(5, 1).Order(20));
        // Numbers that were printed once: seeds that hang on the process, as string hashes do, would not give them.
        var drawn = Enumerable.Range(0, 3).Select(clip => new EpochSeed(5, 1).ForClip(clip).Next(1000));
        Assert.AreEqual("229 664 870", string.Join(' ', drawn));
        Assert.AreNotEqual(new EpochSeed(5, 1).ForClip(3).Next(), new EpochSeed(5, 2).ForClip(3).Next());
        Assert.AreNotEqual(new EpochSeed(5, 1).ForClip(3).Next(), new EpochSeed(5, 1).ForClip(4).Next());
    }

    [TestMethod]
    public void Cross_validation_works_and_each_fold_has_a_model_of_its_own()
    {
        var ml = new MLContext(1);
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.Trainer(TinyData.Options with { Epochs = 4 }));
        var folds = ml.MulticlassClassification.CrossValidate(ml.View(TinyData.Rows(24)), pipeline, numberOfFolds: 3);
        Assert.HasCount(3, folds);
        foreach (var fold in folds)
        {
            Assert.IsGreaterThan(0.34, fold.Metrics.MicroAccuracy);
            ((IDisposable)fold.Model).Dispose();
        }
    }
}
