using GardenerML.Training;
using GardenerML.VideoMae;
using Microsoft.ML;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace GardenerML.Tests.Training;

[TestClass]
public sealed class LearningTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Three_easy_classes_are_learnt_and_held_out_clips_labelled_right()
    {
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Trainer(TinyData.Options with { Epochs = 6, BatchSize = 6 }));
        using var model = pipeline.Fit(_ml.View(TinyData.Rows(36)));
        var metrics = _ml.MulticlassClassification.Evaluate(model.Transform(_ml.View(TinyData.Rows(30, seed: 2))));
        Assert.IsGreaterThan(0.9, metrics.MicroAccuracy);
        Assert.IsLessThan(0.6, metrics.LogLoss);
    }

    [TestMethod]
    public void The_first_loss_of_random_weights_is_near_the_logarithm_of_the_number_of_classes()
    {
        var steps = new List<TrainingProgress>();
        TinyData.TrainedWeights(TinyData.Options with { Progress = new Immediately<TrainingProgress>(steps.Add) }, _ml.Keyed(TinyData.Rows(12)));
        Assert.AreEqual(Math.Log(3), steps[0].Loss, 0.05);
    }

    [TestMethod]
    public void A_step_of_the_trainer_is_AdamW_that_decays_matrices_only()
    {
        var options = TinyData.Options with { Epochs = 1, BatchSize = 12, WarmupEpochs = 0, WeightDecay = 0.5, LearningRate = 1e-3 };
        var rows = TinyData.Rows(12);
        var data = _ml.Keyed(rows);
        using var model = _ml.Trainer(options).Fit(data);

        // The same first weights: those of a run whose learning rate changes nothing.
        using var expected = _ml.Trainer(options with { LearningRate = 1e-30, MinimumLearningRate = 0 }).Fit(data);
        using var scope = NewDisposeScope();
        var weights = expected.Model;
        using var normalisation = new PixelNormalisation(weights.Configuration, CPU);
        var frames = tensor(rows.SelectMany(row => row.Video!.Read().Pixels.ToArray()).ToArray())
            .view(rows.Length, TinyData.Frames, TinyData.Side, TinyData.Side, 3);
        var labels = tensor(rows.Select(row => (long)Array.IndexOf(TinyData.Colours, row.Label)).ToArray());
        nn.functional.cross_entropy(weights.forward(normalisation.Apply(frames)), labels).backward();
        using (no_grad())
        {
            // After one step both means are the gradient itself: w - lr (g / (|g| + eps) + decay w).
            foreach (var parameter in weights.parameters())
            {
                var g = parameter.grad!;
                var decay = parameter.dim() > 1 ? options.WeightDecay : 0;
                parameter.copy_(parameter * (1 - options.LearningRate * decay) - options.LearningRate * g / (g.abs() + 1e-8));
            }
        }
        // Where a gradient is next to nothing, its sign is that of rounding.
        var (a, b) = (expected.Weights(), model.Weights());
        var far = a.Zip(b).Count(pair => Math.Abs(pair.First - pair.Second) > 2e-5);
        Assert.IsLessThan(a.Length / 100, far);
    }

    [TestMethod]
    public void The_learning_rate_rises_in_a_line_and_falls_as_half_a_cosine()
    {
        var steps = new List<TrainingProgress>();
        var options = TinyData.Options with
        {
            Epochs = 4,
            WarmupEpochs = 1.5,
            BatchSize = 5,
            LearningRate = 0.01,
            MinimumLearningRate = 0.002,
            Progress = new Immediately<TrainingProgress>(steps.Add),
        };
        TinyData.TrainedWeights(options, _ml.Keyed(TinyData.Rows(16)));

        // 4 steps an epoch (the last of one clip), 6 of warm-up.
        Assert.HasCount(16, steps);
        CollectionAssert.AreEqual(Enumerable.Range(1, 16).ToArray(), steps.Select(step => step.Step).ToArray());
        CollectionAssert.AreEqual(Enumerable.Range(0, 16).Select(i => i / 4 + 1).ToArray(), steps.Select(step => step.Epoch).ToArray());
        Assert.IsTrue(steps.All(step => step is { StepCount: 16, EpochCount: 4 }));
        for (var i = 0; i < 16; i++)
        {
            var expected = i < 6 ? 0.01 * (i + 1) / 6 : 0.002 + 0.008 * (1 + Math.Cos(Math.PI * (i - 6) / 10)) / 2;
            Assert.AreEqual(expected, steps[i].LearningRate, 1e-12, $"step {i}");
        }
    }

    [TestMethod]
    public void A_warm_up_of_all_epochs_rises_to_the_end_and_says_so()
    {
        var warnings = Warnings();
        var rates = new List<double>();
        var options = TinyData.Options with { Progress = new Immediately<TrainingProgress>(step => rates.Add(step.LearningRate)) };
        TinyData.TrainedWeights(options with { WarmupEpochs = 2 }, _ml.Keyed(TinyData.Rows(8)), _ml);
        for (var i = 0; i < 4; i++)
            Assert.AreEqual(options.LearningRate * (i + 1) / 4, rates[i], 1e-12);
        StringAssert.Contains(warnings.Single(), "never falls");
        TinyData.TrainedWeights(options with { WarmupEpochs = 1.5 }, _ml.Keyed(TinyData.Rows(8)), _ml);
        Assert.HasCount(1, warnings);
    }

    [TestMethod]
    [DataRow(1, false, false, false)]
    [DataRow(100, false, false, true)]
    [DataRow(100, true, false, false)]
    [DataRow(100, false, true, false)]
    public void A_new_head_whose_first_loss_is_far_from_that_of_guessing_is_warned_of_E3(
        int featureScale, bool weighted, bool sameClasses, bool warns)
    {
        using var folder = new Checkpoints.TemporaryFolder();
        var path = folder.File("checkpoint.safetensors");
        using (var model = new VideoMaeClassifier(TinyData.Options.NewModel! with { FrameCount = 4, ImageSize = 16, ClassCount = 3 }))
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            using var generator = new Generator(5);
            WeightInitialisation.Fill(model, generator, _ => true);
            model.named_parameters().Single(pair => pair.name == "fc_norm.weight").parameter.fill_(featureScale);
            GardenerML.Checkpoints.VideoMaeCheckpointWriter.Save(
                path, ModelWeights.ToCheckpoint(
                    model, model.Configuration, GardenerML.Checkpoints.TensorType.Float32, sameClasses ? TinyData.Colours : ["x", "y", "z"], null),
                GardenerML.Checkpoints.CheckpointLayout.SingleFile);
        }
        var warnings = Warnings();
        var options = TinyData.Options with
        {
            NewModel = null,
            Checkpoint = path,
            LabelSmoothing = 0.1,
            Augmentation = new() { Mixup = 1 },
            ClassWeights = weighted ? ClassWeighting.Explicit(1, 5, 1) : ClassWeighting.Equal,
        };
        TinyData.TrainedWeights(options, _ml.Keyed(TinyData.Rows(12)), _ml);
        Assert.HasCount(warns ? 1 : 0, warnings);
        Assert.IsTrue(warnings.TrueForAll(warning => warning.Contains("ln(3) = 1.10", StringComparison.Ordinal)));
    }

    private List<string> Warnings()
    {
        var warnings = new List<string>();
        _ml.Log += (_, entry) =>
        {
            if (entry.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                warnings.Add(entry.RawMessage);
        };
        return warnings;
    }

    [TestMethod]
    public void Validation_metrics_equal_a_hand_count_when_the_batch_does_not_divide_the_set()
    {
        // Random noise under wrong labels, so that some clips are labelled right and some are not.
        var rows = TinyData.Rows(11, seed: 5);
        for (var i = 0; i < rows.Length; i += 2)
            rows[i].Label = TinyData.Colours[(i + 1) % 3];
        var validation = _ml.Keyed(rows);
        var epochs = new List<EpochMetrics>();
        using var model = _ml.Trainer(TinyData.Options with
        {
            Epochs = 3,
            ScoringBatchSize = 4,
            ValidationSet = validation,
            MetricsCallback = epochs.Add,
        }).Fit(_ml.Keyed(TinyData.Rows(12)));

        CollectionAssert.AreEqual(new[] { 1, 2, 3 }, epochs.Select(epoch => epoch.Epoch).ToArray());
        var scores = model.Scores(validation);
        var truth = rows.Select(row => Array.IndexOf(TinyData.Colours, row.Label)).ToArray();
        var right = scores.Select((score, i) => Array.IndexOf(score, score.Max()) == truth[i]).ToArray();
        var last = epochs[^1].Validation!;
        Assert.AreEqual(11, last.ClipCount);
        Assert.AreEqual(right.Count(r => r) / 11.0, last.Accuracy, 1e-12);
        Assert.AreEqual(scores.Select((score, i) => -Math.Log(score[truth[i]])).Average(), last.Loss, 1e-5);
        var recalls = Enumerable.Range(0, 3).Select(c => right.Where((_, i) => truth[i] == c).Average(r => r ? 1.0 : 0));
        Assert.AreEqual(recalls.Average(), last.MeanClassRecall, 1e-12);
        Assert.IsTrue(right.Contains(true) && right.Contains(false), "the test must see both");
    }

    [TestMethod]
    public void Training_metrics_weigh_every_clip_alike()
    {
        // 5 clips in batches of 4: the last batch has one.
        var (steps, epochs) = (new List<TrainingProgress>(), new List<EpochMetrics>());
        TinyData.TrainedWeights(
            TinyData.Options with { Progress = new Immediately<TrainingProgress>(steps.Add), MetricsCallback = epochs.Add },
            _ml.Keyed(TinyData.Rows(5)));
        Assert.AreEqual((4 * steps[0].Loss + steps[1].Loss) / 5, epochs[0].TrainingLoss, 1e-9);
        Assert.AreEqual(steps[3].LearningRate, epochs[1].LearningRate);
        Assert.AreEqual(0, epochs[0].TrainingAccuracy * 5 % 1, 1e-9);
        Assert.IsNull(epochs[0].Validation);
        Assert.IsGreaterThan(0, epochs[0].ClipsPerSecond);
    }

    [TestMethod]
    public void The_log_and_the_progress_of_MLNET_tell_how_training_goes()
    {
        var messages = new List<string>();
        _ml.Log += (_, entry) => messages.Add($"{entry.Kind} {entry.RawMessage}");
        TinyData.TrainedWeights(TinyData.Options with { ValidationFraction = 0.3 }, _ml.Keyed(TinyData.Rows(12)), _ml);
        foreach (var part in new[] { "9 clips of 3 classes, 3 for validation", "on cpu, seed 1", "Epoch 1 of 2", "Epoch 2 of 2", "validation accuracy" })
            Assert.IsTrue(messages.Exists(message => message.Contains(part, StringComparison.Ordinal)), part);
    }

    [TestMethod]
    public void A_loss_that_is_not_finite_stops_training_with_advice()
    {
        var options = TinyData.Options with { LearningRate = 1e30, WarmupEpochs = 0, Epochs = 5 };
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => TinyData.TrainedWeights(options, _ml.Keyed(TinyData.Rows(12))));
        StringAssert.Contains(error.Message, "learning rate");
        StringAssert.Contains(error.Message, "step");
    }

    [TestMethod]
    public void A_pretrained_checkpoint_gets_a_new_head_and_says_so()
    {
        var messages = new List<string>();
        _ml.Log += (_, entry) => messages.Add(entry.RawMessage);
        var frames = new byte[8 * 32 * 32 * 3];
        var clip = GardenerML.Video.VideoClip.FromFrames(frames, 8, 32, 32);
        var data = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(View()).Transform(View());
        using var model = _ml.Trainer(TinyData.Options with { NewModel = null, Checkpoint = ReferenceData.Golden("tiny-a", "pretrained.pth") }).Fit(data);
        Assert.HasCount(2, model.Scores(data)[0]);
        Assert.IsTrue(messages.Exists(message => message.Contains("The head is new: 2 classes", StringComparison.Ordinal)));

        IDataView View() => _ml.Data.LoadFromEnumerable([new LargerRow { Video = clip, Label = "a" }, new LargerRow { Video = clip, Label = "b" }]);
    }

    internal sealed class LargerRow
    {
        [GardenerML.Video.VideoClipType(8, 32, 32)]
        public GardenerML.Video.VideoClip? Video { get; set; }

        public string Label { get; set; } = "";
    }
}

/// <summary>Reports at once, on the thread that reports.</summary>
internal sealed class Immediately<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
