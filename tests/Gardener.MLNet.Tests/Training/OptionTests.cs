using System.Reflection;
using GardenerML.Checkpoints;
using GardenerML.Training;
using GardenerML.VideoMae;
using Microsoft.ML;

namespace GardenerML.Tests.Training;

[TestClass]
public sealed class OptionTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly VideoClassifierOptions Base = TinyData.Options;

    private static readonly VideoClassifierOptions Mirrored = Base with { Augmentation = new() { HorizontalFlip = 0.5 } };

    // A learning rate so large that the first epochs are not the worst.
    private static readonly VideoClassifierOptions Validated = Base with { ValidationFraction = 0.3, Epochs = 6, LearningRate = 0.3 };

    /// <summary>What must change the trained weights.</summary>
    private static readonly Dictionary<string, (VideoClassifierOptions From, VideoClassifierOptions To)> ChangesWeights = new()
    {
        [nameof(Base.NewModel)] = (Base, Base with { NewModel = Base.NewModel! with { MlpWidth = 56 } }),
        [nameof(Base.Epochs)] = (Base, Base with { Epochs = 3 }),
        [nameof(Base.BatchSize)] = (Base, Base with { BatchSize = 3 }),
        [nameof(Base.LearningRate)] = (Base, Base with { LearningRate = 1e-3 }),
        [nameof(Base.MinimumLearningRate)] = (Base, Base with { MinimumLearningRate = 1e-3 }),
        [nameof(Base.WarmupEpochs)] = (Base, Base with { WarmupEpochs = 0.5 }),
        [nameof(Base.WeightDecay)] = (Base, Base with { WeightDecay = 0.2 }),
        [nameof(Base.Beta1)] = (Base, Base with { Beta1 = 0.8 }),
        [nameof(Base.Beta2)] = (Base, Base with { Beta2 = 0.95 }),
        [nameof(Base.LabelSmoothing)] = (Base, Base with { LabelSmoothing = 0.1 }),
        [nameof(Base.HeadDropout)] = (Base, Base with { HeadDropout = 0.5 }),
        [nameof(Base.DropPath)] = (Base, Base with { DropPath = 0.5 }),
        [nameof(Base.ValidationFraction)] = (Base, Base with { ValidationFraction = 0.3 }),
        [nameof(Base.GroupColumnName)] =
            (Base with { ValidationFraction = 0.5 }, Base with { ValidationFraction = 0.5, GroupColumnName = "Group" }),
        [nameof(Base.Seed)] = (Base, Base with { Seed = 2 }),
        [nameof(Base.ScaleLearningRate)] = (Base, Base with { ScaleLearningRate = true }),
        [nameof(Base.LayerDecay)] = (Base, Base with { LayerDecay = 0.7 }),
        [nameof(Base.GradientClipping)] = (Base, Base with { GradientClipping = 0.01 }),
        [nameof(Base.WeightAveraging)] = (Base, Base with { WeightAveraging = 0.5 }),
        [nameof(Base.FreezeEncoder)] = (Base, Base with { FreezeEncoder = true }),
        [nameof(Base.FrozenBlocks)] = (Base, Base with { FrozenBlocks = 1 }),
        [nameof(Base.ClassWeights)] = (Base, Base with { ClassWeights = ClassWeighting.Explicit(1, 2, 3) }),
        [nameof(Base.Augmentation)] = (Base, Base with { Augmentation = ClipAugmentation.VideoMae }),
        [nameof(Base.RepeatedSamples)] = (Mirrored, Mirrored with { RepeatedSamples = 2 }),
        [nameof(Base.KeepBestWeights)] = (Validated, Validated with { KeepBestWeights = true }),
        [nameof(Base.EarlyStoppingPatience)] = (Validated, Validated with { EarlyStoppingPatience = 1 }),
        [nameof(Base.Precision)] = (Base, Base with { Precision = Precision.BFloat16 }),
        [nameof(Base.LabelColumnName)] = (Base, Base with { LabelColumnName = "Group" }),
    };

    /// <summary>What another test in this folder shows to change something else than the weights.</summary>
    private static readonly string[] ShownElsewhere =
    [
        nameof(Base.VideoColumnName), nameof(Base.ScoreColumnName), nameof(Base.PredictedLabelColumnName), nameof(Base.Checkpoint),
        nameof(Base.ValidationSet), nameof(Base.SkipMissingLabels), nameof(Base.Device), nameof(Base.FrameCacheBytes),
        nameof(Base.FrameCache), nameof(Base.DecodingThreads), nameof(Base.ScoringBatchSize), nameof(Base.SavedWeightType),
        nameof(Base.ScoringPrecision), nameof(Base.MetricsCallback),
        nameof(Base.Progress), nameof(Base.Cancellation), nameof(Base.MicroBatchSize), nameof(Base.RecomputeActivations),
        nameof(Base.ResumeFolder), nameof(Base.SaveEverySteps), nameof(Base.SaveInterval), nameof(Base.LogFolder),
    ];

    /// <summary>What of the augmentation must change the trained weights.</summary>
    private static readonly Dictionary<string, (ClipAugmentation From, ClipAugmentation To)> ChangesClips = new()
    {
        [nameof(ClipAugmentation.RandAugmentOperations)] = (new(), new() { RandAugmentOperations = 4 }),
        [nameof(ClipAugmentation.RandAugmentMagnitude)] =
            (new() { RandAugmentOperations = 4 }, new() { RandAugmentOperations = 4, RandAugmentMagnitude = 2 }),
        [nameof(ClipAugmentation.RandAugmentDeviation)] =
            (new() { RandAugmentOperations = 4 }, new() { RandAugmentOperations = 4, RandAugmentDeviation = 3 }),
        [nameof(ClipAugmentation.MinimumCropArea)] = (new(), new() { MinimumCropArea = 0.3 }),
        [nameof(ClipAugmentation.MaximumCropAspect)] =
            (new() { MinimumCropArea = 0.3 }, new() { MinimumCropArea = 0.3, MaximumCropAspect = 2 }),
        [nameof(ClipAugmentation.HorizontalFlip)] = (new(), new() { HorizontalFlip = 0.5 }),
        [nameof(ClipAugmentation.Erasing)] = (new(), new() { Erasing = 0.5 }),
        [nameof(ClipAugmentation.Mixup)] = (new(), new() { Mixup = 0.8 }),
        [nameof(ClipAugmentation.CutMix)] = (new(), new() { CutMix = 1 }),
    };

    public static IEnumerable<object[]> ClipOptions => ChangesClips.Keys.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(ClipOptions))]
    public void Each_option_of_augmentation_changes_the_weights_A20(string option)
    {
        var data = Ml.Keyed(TinyData.Rows(12));
        var (from, to) = ChangesClips[option];
        CollectionAssert.AreNotEqual(
            TinyData.TrainedWeights(Base with { Augmentation = from }, data), TinyData.TrainedWeights(Base with { Augmentation = to }, data));
    }

    [TestMethod]
    public void No_option_of_augmentation_is_without_a_test_A20() => CollectionAssert.AreEquivalent(
        typeof(ClipAugmentation).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name).ToArray(),
        ChangesClips.Keys.ToArray());

    public static IEnumerable<object[]> WeightOptions => ChangesWeights.Keys.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(WeightOptions))]
    public void Each_option_of_training_changes_the_weights(string option)
    {
        var rows = TinyData.Rows(12);
        var data = Ml.Transforms.Conversion.MapValueToKey("Group").Fit(Ml.Keyed(rows)).Transform(Ml.Keyed(rows));
        var (from, to) = ChangesWeights[option];
        CollectionAssert.AreNotEqual(TinyData.TrainedWeights(from, data), TinyData.TrainedWeights(to, data));
    }

    [TestMethod]
    public void No_option_is_without_a_test() => CollectionAssert.AreEquivalent(
        typeof(VideoClassifierOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name).ToArray(),
        ChangesWeights.Keys.Concat(ShownElsewhere).ToArray());

    [TestMethod]
    public void The_device_that_is_asked_for_is_used_or_named_in_an_error()
    {
        var data = Ml.Keyed(TinyData.Rows(4));
        using (var model = Ml.Trainer(Base with { Device = ComputeDevice.Cpu }).Fit(data))
            Assert.IsTrue(model.Model.parameters().All(parameter => parameter.device_type == TorchSharp.DeviceType.CPU));
        var error = Assert.ThrowsExactly<TorchBackendException>(() => Ml.Trainer(Base with { Device = ComputeDevice.Cuda(99) }).Fit(data));
        StringAssert.Contains(error.Message, "cuda:99");
    }

    [TestMethod]
    public void Decoding_uses_as_many_threads_as_the_option_says()
    {
        // The pool adds threads to those of the processors slowly.
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(8, ports);
        try
        {
            Assert.AreEqual(1, Most(1));
            Assert.AreEqual(3, Most(3));
        }
        finally
        {
            ThreadPool.SetMinThreads(workers, ports);
        }

        static int Most(int threads)
        {
            var (running, most, gate) = (0, 0, new Lock());
            var clips = new CountedClips
            {
                OnDecode = () =>
                {
                    lock (gate)
                        most = Math.Max(most, ++running);
                    Thread.Sleep(20);
                    lock (gate)
                        running--;
                },
            };
            TinyData.TrainedWeights(Base with { Epochs = 1, DecodingThreads = threads }, Ml.Keyed(clips.Rows(12)));
            return most;
        }
    }

    [TestMethod]
    [DataRow(TensorType.Float32, 0)]
    [DataRow(TensorType.Float16, 1e-3)]
    [DataRow(TensorType.BFloat16, 1e-2)]
    public void The_saved_weight_type_decides_how_exactly_weights_come_back(TensorType type, double tolerance)
    {
        var data = Ml.Keyed(TinyData.Rows(6));
        using var model = Ml.Trainer(Base with { SavedWeightType = type }).Fit(data);
        using var zip = new MemoryStream();
        Ml.Model.Save(model, data.Schema, zip);
        using var loaded = (VideoClassifierTransformer)new MLContext().Model.Load(zip, out _);
        var (before, after) = (model.Weights(), loaded.Weights());
        var most = before.Zip(after).Max(pair => Math.Abs(pair.First - pair.Second) / Math.Max(1e-3, Math.Abs(pair.First)));
        Assert.IsLessThanOrEqualTo(tolerance, most);
        Assert.AreEqual(type == TensorType.Float32, most == 0);
    }

    [TestMethod]
    public void The_scoring_precision_goes_with_the_saved_model_and_moves_scores_by_rounding_only()
    {
        var data = Ml.Keyed(TinyData.Rows(6));
        using var single = Ml.Trainer(Base).Fit(data);
        using var half = Ml.Trainer(Base with { ScoringPrecision = Precision.BFloat16 }).Fit(data);
        CollectionAssert.AreEqual(single.Weights(), half.Weights());
        using var zip = new MemoryStream();
        Ml.Model.Save(half, data.Schema, zip);
        using var loaded = (VideoClassifierTransformer)new MLContext().Model.Load(zip, out _);
        var (exact, rounded, again) = (single.Scores(data), half.Scores(data), loaded.Scores(data));
        var most = 0f;
        for (var i = 0; i < exact.Length; i++)
        {
            CollectionAssert.AreEqual(rounded[i], again[i]);
            most = Math.Max(most, exact[i].Zip(rounded[i]).Max(pair => Math.Abs(pair.First - pair.Second)));
        }
        Assert.IsGreaterThan(0, most);
        Assert.IsLessThan(0.01, most);
    }

    [TestMethod]
    public void A_new_model_needs_no_frames_or_image_size_of_its_own()
    {
        // 224 and 16, the defaults, are no multiples of these.
        var options = Base with { NewModel = Base.NewModel! with { PatchSize = 5, TubeletSize = 3 } };
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Ml.Trainer(options).Fit(Ml.Keyed(TinyData.Rows(4))));
        foreach (var part in new[] { "4 frames of 16 x 16", "tubelets of 3", "patches of 5 x 5" })
            StringAssert.Contains(error.Message, part);
    }

    [TestMethod]
    public void Values_out_of_range_are_named_with_value_and_range()
    {
        Refused(Base with { LabelColumnName = "" }, "LabelColumnName", "column");
        Refused(Base with { VideoColumnName = " " }, "VideoColumnName", "column");
        Refused(Base with { ScoreColumnName = null! }, "ScoreColumnName", "column");
        Refused(Base with { PredictedLabelColumnName = "" }, "PredictedLabelColumnName", "column");
        Refused(Base with { PredictedLabelColumnName = "Score" }, "PredictedLabelColumnName", "'Score'", "differ");
        Refused(Base with { GroupColumnName = "" }, "GroupColumnName", "column");
        Refused(Base with { Checkpoint = "" }, "Checkpoint", "file or folder");
        Refused(Base with { Epochs = 0 }, "Epochs", "0", "at least 1");
        Refused(Base with { BatchSize = -2 }, "BatchSize", "-2", "at least 1");
        Refused(Base with { LearningRate = 0 }, "LearningRate", "0", "above 0");
        Refused(Base with { LearningRate = double.NaN }, "LearningRate", "NaN", "above 0");
        Refused(Base with { LearningRate = double.PositiveInfinity }, "LearningRate", "above 0");
        Refused(Base with { MinimumLearningRate = 0.5 }, "MinimumLearningRate", "0.5", "[0, 0.002]");
        Refused(Base with { WarmupEpochs = 2.5 }, "WarmupEpochs", "2.5", "[0, 2]");
        Refused(Base with { WeightDecay = -1 }, "WeightDecay", "-1", "at least 0");
        Refused(Base with { Beta1 = 1 }, "Beta1", "1", "[0, 1)");
        Refused(Base with { Beta2 = -0.1 }, "Beta2", "-0.1", "[0, 1)");
        Refused(Base with { LabelSmoothing = 1 }, "LabelSmoothing", "[0, 1)");
        Refused(Base with { HeadDropout = double.NaN }, "HeadDropout", "NaN", "[0, 1)");
        Refused(Base with { DropPath = 1.5 }, "DropPath", "1.5", "[0, 1)");
        Refused(Base with { ValidationFraction = 1 }, "ValidationFraction", "[0, 1)");
        Refused(Base with { FrameCacheBytes = -1 }, "FrameCacheBytes", "-1", "at least 0");
        Refused(Base with { DecodingThreads = 0 }, "DecodingThreads", "0", "at least 1");
        Refused(Base with { ScoringBatchSize = 0 }, "ScoringBatchSize", "0", "at least 1");
        Refused(Base with { LayerDecay = 0 }, "LayerDecay", "0", "(0, 1]");
        Refused(Base with { GradientClipping = -1 }, "GradientClipping", "-1", "at least 0");
        Refused(Base with { WeightAveraging = 1 }, "WeightAveraging", "[0, 1)");
        Refused(Base with { FrozenBlocks = -1 }, "FrozenBlocks", "-1", "at least 0");
        Refused(Base with { RepeatedSamples = 0 }, "RepeatedSamples", "0", "at least 1");
        Refused(Base with { ClassWeights = null! }, "ClassWeights", "Balanced");
        Refused(Base with { Augmentation = null! }, "Augmentation", "None");
        Refused(Base with { Augmentation = new() { RandAugmentOperations = -1 } }, "RandAugmentOperations", "-1", "[0, 100]");
        Refused(Base with { Augmentation = new() { RandAugmentMagnitude = 11 } }, "RandAugmentMagnitude", "11", "[0, 10]");
        Refused(Base with { Augmentation = new() { RandAugmentDeviation = -1 } }, "RandAugmentDeviation", "at least 0");
        Refused(Base with { Augmentation = new() { MinimumCropArea = 0 } }, "MinimumCropArea", "(0, 1]");
        Refused(Base with { Augmentation = new() { MaximumCropAspect = 0.5 } }, "MaximumCropAspect", "0.5", "[1, 100]");
        Refused(Base with { Augmentation = new() { HorizontalFlip = 2 } }, "HorizontalFlip", "2", "[0, 1]");
        Refused(Base with { Augmentation = new() { Erasing = -1 } }, "Erasing", "[0, 1]");
        Refused(Base with { Augmentation = new() { Mixup = -1 } }, "Mixup", "at least 0");
        Refused(Base with { Augmentation = new() { CutMix = double.NaN } }, "CutMix", "at least 0");
        Refused(Base with { KeepBestWeights = true }, "KeepBestWeights", "ValidationFraction");
        Refused(Base with { EarlyStoppingPatience = 2 }, "EarlyStoppingPatience", "ValidationSet");
        Refused(Base with { EarlyStoppingPatience = 0, ValidationFraction = 0.2 }, "EarlyStoppingPatience", "0", "at least 1");
        Refused(Base with { Precision = (Precision)7 }, "Precision", "7", "BFloat16");
        Refused(Base with { ScoringPrecision = (Precision)7 }, "ScoringPrecision", "7", "BFloat16");
        Refused(Base with { MicroBatchSize = 0 }, "MicroBatchSize", "0", "at least 1");
        Refused(Base with { SaveEverySteps = 0 }, "SaveEverySteps", "0", "at least 1");
        Refused(Base with { SaveInterval = TimeSpan.Zero }, "SaveInterval", "above 0");
        Refused(Base with { ResumeFolder = "" }, "ResumeFolder", "folder");
        Refused(Base with { LogFolder = " " }, "LogFolder", "folder");
        Refused(Base with { SavedWeightType = TensorType.Float64 }, "SavedWeightType", "Float64", "Float32, Float16 or BFloat16");
        Refused(Base with { NewModel = new VideoMaeConfiguration { PatchSize = 0 } }, "PatchSize", "0", "at least 1");
        Refused(Base with { NewModel = new VideoMaeConfiguration { Width = 10, HeadCount = 3 } }, "Width", "10", "HeadCount");
        Refused(Base with { NewModel = new VideoMaeConfiguration { StandardDeviation = ChannelValues.All(0) } }, "StandardDeviation", "above 0");

        static void Refused(VideoClassifierOptions options, params string[] parts)
        {
            var error = Assert.Throws<ArgumentException>(() => Ml.Trainer(options));
            foreach (var part in parts)
                StringAssert.Contains(error.Message, part);
        }
    }
}
