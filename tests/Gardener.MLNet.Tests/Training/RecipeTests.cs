using System.Runtime.InteropServices;
using GardenerML.Training;
using Microsoft.ML;

namespace GardenerML.Tests.Training;

[TestClass]
public sealed class RecipeTests
{
    private static readonly VideoClassifierOptions Stochastic = TinyData.Options with
    {
        HeadDropout = 0.3,
        DropPath = 0.3,
        LabelSmoothing = 0.1,
        BatchSize = 6,
        WeightAveraging = 0.5,
        GradientClipping = 1,
        LayerDecay = 0.8,
        RepeatedSamples = 2,
        Augmentation = ClipAugmentation.VideoMae,
    };

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow(1)]
    [DataRow(5)]
    [DataRow(100)]
    public void Micro_batches_change_the_memory_and_not_the_result(int size)
    {
        var data = _ml.Keyed(TinyData.Rows(14));
        Near(TinyData.TrainedWeights(Stochastic, data), TinyData.TrainedWeights(Stochastic with { MicroBatchSize = size }, data), 1e-4);
    }

    [TestMethod]
    [DataRow(0, Precision.Float32)]
    [DataRow(1, Precision.Float32)]
    [DataRow(0, Precision.BFloat16)]
    public void Activations_computed_again_give_the_same_gradients(int frozen, Precision precision)
    {
        var data = _ml.Keyed(TinyData.Rows(14));
        var options = Stochastic with { FrozenBlocks = frozen, Precision = precision };
        Near(TinyData.TrainedWeights(options, data), TinyData.TrainedWeights(options with { RecomputeActivations = true }, data), 1e-5);
    }

    [TestMethod]
    public void Memory_that_runs_out_halves_the_micro_batch_says_so_and_changes_nothing_else_A10()
    {
        var messages = new List<string>();
        _ml.Log += (_, entry) => messages.Add($"{entry.Kind} {entry.RawMessage}");
        var data = _ml.Keyed(TinyData.Rows(14));
        var expected = TinyData.TrainedWeights(Stochastic, data);
        var before = LiveTensors.Count;
        var tried = new List<int>();
        var weights = TinyData.TrainedWeights(
            Stochastic with
            {
                BeforeMicroBatch = count =>
                {
                    tried.Add(count);
                    // In the midst of a step, so that half of its gradient is there already.
                    if (count > 3 && tried.Count > 1)
                        TorchSharp.torch.empty(1L << 46).Dispose();
                },
            }, data, _ml);
        Near(expected, weights, 1e-4);
        Assert.AreEqual(before, LiveTensors.Count);
        // The first step had 12 samples; then 12, 6 and 3.
        CollectionAssert.AreEqual(new[] { 12, 12, 6, 3, 3, 3, 3, 3 }, tried.Take(8).ToArray());
        Assert.IsTrue(tried.Skip(3).All(count => count <= 3));
        Assert.AreEqual(2, messages.Count(message => message.StartsWith("Warning", StringComparison.Ordinal) && message.Contains("out of memory")));
        Assert.IsTrue(messages.Exists(message => message.Contains("going on with 3") && message.Contains("still has 12")));
    }

    [TestMethod]
    public void Memory_that_does_not_suffice_for_one_clip_ends_with_advice_and_another_failure_is_not_retried()
    {
        var data = _ml.Keyed(TinyData.Rows(8));
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Fail("CUDA out of memory. Tried to allocate 2.00 GiB"));
        StringAssert.Contains(error.Message, "one clip");
        StringAssert.Contains(error.Message, "RecomputeActivations");
        var other = Assert.Throws<Exception>(() => Fail("something else"));
        StringAssert.Contains(other.Message, "something else");

        void Fail(string message) => TinyData.TrainedWeights(
            TinyData.Options with { BeforeMicroBatch = _ => throw new NativeFailure(message) }, data);
    }

    [TestMethod]
    public void A_frozen_encoder_stays_as_it_is_and_its_features_are_computed_once()
    {
        var (training, validation) = (new CountedClips(), new CountedClips());
        var options = TinyData.Options with
        {
            FreezeEncoder = true,
            Epochs = 30,
            FrameCacheBytes = 0,
            HeadDropout = 0.2,
            LearningRate = 0.02,
            ValidationSet = _ml.Keyed(validation.Rows(9)),
        };
        var data = _ml.Keyed(training.Rows(18));
        using var fast = _ml.Trainer(options).Fit(data);
        Assert.AreEqual(18, training.Decodes);
        Assert.AreEqual(9, validation.Decodes);
        using var slow = _ml.Trainer(options with { CacheFeatures = false }).Fit(data);
        Assert.AreEqual(18 + 30 * 18, training.Decodes);
        Near(slow.Weights(), fast.Weights(), 1e-5);

        using var first = _ml.Trainer(options with { LearningRate = 1e-30, MinimumLearningRate = 0 }).Fit(data);
        var changed = first.Model.named_parameters().Zip(fast.Model.named_parameters())
            .Where(pair => (pair.First.parameter - pair.Second.parameter).abs().max().item<float>() > 1e-6).Select(pair => pair.First.name).ToArray();
        CollectionAssert.AreEquivalent(new[] { "fc_norm.weight", "fc_norm.bias", "head.weight", "head.bias" }, changed);
        Assert.IsGreaterThan(0.6, fast.Scores(data).Select((score, i) => score[i % 3 == 0 ? 0 : i % 3]).Average());
    }

    [TestMethod]
    public void First_blocks_that_are_frozen_stay_as_they_are()
    {
        var data = _ml.Keyed(TinyData.Rows(8));
        var options = TinyData.Options with { FrozenBlocks = 1, DropPath = 0.3 };
        using var first = _ml.Trainer(options with { LearningRate = 1e-30, MinimumLearningRate = 0 }).Fit(data);
        using var model = _ml.Trainer(options).Fit(data);
        foreach (var ((name, before), (_, after)) in first.Model.named_parameters().Zip(model.Model.named_parameters()))
        {
            var frozen = name.StartsWith("patch_embed", StringComparison.Ordinal) || name.StartsWith("blocks.0", StringComparison.Ordinal);
            Assert.AreEqual(frozen, (before - after).abs().max().item<float>() < 1e-9, name);
        }
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => _ml.Trainer(options with { FrozenBlocks = 3 }).Fit(data));
        StringAssert.Contains(error.Message, "FrozenBlocks is 3");
        StringAssert.Contains(error.Message, "2 blocks");
    }

    [TestMethod]
    public void The_best_epochs_weights_are_the_result_and_training_ends_when_it_gets_no_better()
    {
        // Labels that do not go with the clips: training makes validation worse before long.
        var rows = TinyData.Rows(12, seed: 3);
        for (var i = 0; i < rows.Length; i += 2)
            rows[i].Label = TinyData.Colours[(i + 1) % 3];
        var validation = _ml.Keyed(rows);
        var truth = rows.Select(row => Array.IndexOf(TinyData.Colours, row.Label)).ToArray();
        var epochs = new List<EpochMetrics>();
        var options = TinyData.Options with
        {
            Epochs = 40,
            ValidationSet = validation,
            EarlyStoppingPatience = 3,
            MetricsCallback = epochs.Add,
        };
        using var model = _ml.Trainer(options).Fit(_ml.Keyed(TinyData.Rows(12)));
        var best = epochs.OrderByDescending(epoch => epoch.Validation!.Accuracy).ThenBy(epoch => epoch.Validation!.Loss).First();
        Assert.IsLessThan(40, epochs.Count);
        Assert.AreEqual(3, epochs.Count - best.Epoch);
        Assert.AreEqual(best.Validation!.Loss, Loss(model), 1e-5);
        Assert.AreNotEqual(epochs[^1].Validation!.Loss, Loss(model), 1e-4);

        epochs.Clear();
        using var kept = _ml.Trainer(options with { EarlyStoppingPatience = null, KeepBestWeights = true, Epochs = 12 })
            .Fit(_ml.Keyed(TinyData.Rows(12)));
        Assert.HasCount(12, epochs);
        best = epochs.OrderByDescending(epoch => epoch.Validation!.Accuracy).ThenBy(epoch => epoch.Validation!.Loss).First();
        Assert.AreEqual(best.Validation!.Loss, Loss(kept), 1e-5);

        double Loss(VideoClassifierTransformer fitted) =>
            fitted.Scores(validation).Select((score, i) => -Math.Log(score[truth[i]])).Average();
    }

    [TestMethod]
    public void The_average_of_the_weights_is_validated_and_returned()
    {
        var validation = _ml.Keyed(TinyData.Rows(12, seed: 3));
        var epochs = new List<EpochMetrics>();
        using var model = _ml.Trainer(TinyData.Options with
        {
            Epochs = 4,
            WeightAveraging = 0.9,
            ValidationSet = validation,
            MetricsCallback = epochs.Add,
        }).Fit(_ml.Keyed(TinyData.Rows(12)));
        Assert.AreEqual(epochs[^1].Validation!.Loss, model.Scores(validation).Select((score, i) => -Math.Log(score[i % 3])).Average(), 1e-5);
        Assert.IsGreaterThan(epochs[^1].TrainingLoss, epochs[^1].Validation!.Loss);
    }

    [TestMethod]
    public void The_learning_rate_goes_with_the_batch_if_asked_to()
    {
        var steps = new List<TrainingProgress>();
        var options = TinyData.Options with { WarmupEpochs = 0, ScaleLearningRate = true, Progress = new Immediately<TrainingProgress>(steps.Add) };
        TinyData.TrainedWeights(options, _ml.Keyed(TinyData.Rows(8)));
        Assert.AreEqual(TinyData.Options.LearningRate * 4 / 256, steps[0].LearningRate, 1e-12);
    }

    [TestMethod]
    public void Repeated_samples_are_decoded_once_and_counted()
    {
        var clips = new CountedClips();
        var epochs = new List<EpochMetrics>();
        var sizes = new List<int>();
        var options = TinyData.Options with { RepeatedSamples = 3, FrameCacheBytes = 0, MetricsCallback = epochs.Add, BeforeMicroBatch = sizes.Add };
        TinyData.TrainedWeights(options, _ml.Keyed(clips.Rows(6)));
        Assert.AreEqual(2 * 6, clips.Decodes);
        CollectionAssert.AreEqual(new[] { 12, 6, 12, 6 }, sizes);
        Assert.AreEqual(0, epochs[0].TrainingAccuracy * 18 % 1, 1e-9);
    }

    [TestMethod]
    public void The_recipes_of_the_papers_train()
    {
        var data = _ml.Keyed(TinyData.Rows(9));
        foreach (var recipe in new[] { VideoClassifierOptions.Paper, VideoClassifierOptions.VideoMae })
        {
            var losses = new List<double>();
            TinyData.TrainedWeights(recipe with
            {
                NewModel = TinyData.Options.NewModel,
                Epochs = 5,
                Seed = 1,
                Device = ComputeDevice.Cpu,
                Progress = new Immediately<TrainingProgress>(step => losses.Add(step.Loss)),
            }, data);
            Assert.IsTrue(losses.TrueForAll(loss => loss is > 0 and < 3));
        }
        Assert.AreEqual(0.75, VideoClassifierOptions.VideoMae.LayerDecay + 0.05, 1e-9);
        Assert.AreEqual(64, VideoClassifierOptions.Paper.BatchSize);
    }

    [TestMethod]
    public void Weights_that_are_not_finite_are_named_A9()
    {
        var data = _ml.Keyed(TinyData.Rows(12));
        var error = Assert.ThrowsExactly<InvalidOperationException>(
            () => TinyData.TrainedWeights(TinyData.Options with { LearningRate = 1e30, WarmupEpochs = 0, Epochs = 5 }, data));
        StringAssert.Contains(error.Message, "step 2");
        StringAssert.Contains(error.Message, "first in ");
        StringAssert.Contains(error.Message, "the output of blocks.0");
    }

    internal static void Near(float[] expected, float[] actual, double tolerance)
    {
        Assert.HasCount(expected.Length, actual);
        Assert.IsLessThan(tolerance, expected.Zip(actual).Max(pair => Math.Abs(pair.First - pair.Second)));
    }

    private sealed class NativeFailure(string message) : ExternalException(message);
}
