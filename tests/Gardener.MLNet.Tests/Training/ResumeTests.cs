using GardenerML.Training;
using GardenerML.Video;
using GardenerML.VideoMae;
using Microsoft.ML;

namespace GardenerML.Tests.Training;

[TestClass]
public sealed class ResumeTests
{
    private static readonly VideoClassifierOptions Options = TinyData.Options with
    {
        Epochs = 4,
        BatchSize = 4,
        HeadDropout = 0.2,
        DropPath = 0.2,
        WeightAveraging = 0.8,
        LabelSmoothing = 0.1,
        Augmentation = ClipAugmentation.VideoMae,
        ValidationFraction = 0.3,
        KeepBestWeights = true,
    };

    private readonly MLContext _ml = new(seed: 1);
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"resume-{Guid.NewGuid():N}");
    private IDataView Data => _ml.Keyed(TinyData.Rows(14));

    [TestCleanup]
    public void Delete()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void A_run_that_is_cancelled_again_and_again_ends_with_the_weights_of_one_that_is_not_C1(bool probing)
    {
        var options = Options with { FreezeEncoder = probing, Augmentation = probing ? ClipAugmentation.None : Options.Augmentation };
        var (wholeSteps, wholeEpochs) = (new List<TrainingProgress>(), new List<EpochMetrics>());
        var expected = TinyData.TrainedWeights(
            options with { Progress = new Immediately<TrainingProgress>(wholeSteps.Add), MetricsCallback = wholeEpochs.Add }, Data);
        var (steps, epochs) = (new List<TrainingProgress>(), new List<EpochMetrics>());
        var runs = 0;
        while (true)
        {
            using var source = new CancellationTokenSource();
            var last = steps.Count + 1 + runs++ % 3;
            try
            {
                var weights = TinyData.TrainedWeights(options with
                {
                    ResumeFolder = _folder,
                    Cancellation = source.Token,
                    MetricsCallback = epochs.Add,
                    Progress = new Immediately<TrainingProgress>(step =>
                    {
                        steps.Add(step);
                        if (steps.Count == last)
                            source.Cancel();
                    }),
                }, Data);
                CollectionAssert.AreEqual(expected, weights);
                break;
            }
            catch (OperationCanceledException)
            {
                Assert.AreEqual(last, steps.Count, "within one step");
            }
        }
        Assert.IsGreaterThan(5, runs);
        CollectionAssert.AreEqual(wholeSteps, steps);
        CollectionAssert.AreEqual(wholeEpochs.Select(Timeless).ToArray(), epochs.Select(Timeless).ToArray());
        Assert.HasCount(1, Directory.GetFiles(_folder, "best-*"));

        static EpochMetrics Timeless(EpochMetrics metrics) => metrics with { ClipsPerSecond = 0 };
    }

    [TestMethod]
    public void A_finished_run_is_not_trained_again()
    {
        var options = Options with { ResumeFolder = _folder };
        var expected = TinyData.TrainedWeights(options, Data);
        var steps = 0;
        CollectionAssert.AreEqual(expected, TinyData.TrainedWeights(options with { Progress = new Immediately<TrainingProgress>(_ => steps++) }, Data));
        Assert.AreEqual(0, steps);
    }

    [TestMethod]
    public void A_run_that_was_stopped_early_stays_stopped()
    {
        var epochs = new List<EpochMetrics>();
        var options = Options with { Epochs = 30, WarmupEpochs = 15, LearningRate = 0.3, EarlyStoppingPatience = 2, ResumeFolder = _folder, MetricsCallback = epochs.Add };
        var expected = TinyData.TrainedWeights(options, Data);
        var count = epochs.Count;
        Assert.IsLessThan(30, count);
        CollectionAssert.AreEqual(expected, TinyData.TrainedWeights(options, Data));
        Assert.HasCount(count, epochs);
    }

    [TestMethod]
    public void A_run_without_a_seed_goes_on_with_the_one_it_had()
    {
        var options = Options with { Seed = null, ResumeFolder = _folder };
        var expected = TinyData.TrainedWeights(options, Data, new MLContext());
        CollectionAssert.AreEqual(expected, TinyData.TrainedWeights(options, Data, new MLContext()));
    }

    [TestMethod]
    public void The_state_of_another_run_is_refused_with_what_differs()
    {
        var options = Options with { Epochs = 1, ResumeFolder = _folder };
        TinyData.TrainedWeights(options, Data);
        Refused(options with { LearningRate = 1e-3 }, Data, "LearningRate was 0.002 and is 0.001");
        Refused(options with { Augmentation = options.Augmentation with { Mixup = 0.5 } }, Data, "Augmentation.Mixup was 0.8 and is 0.5");
        Refused(options with { ClassWeights = ClassWeighting.Balanced }, Data, "ClassWeights was Equal and is Balanced");
        Refused(options with { Seed = 5 }, Data, "seed was 1 and is 5");
        Refused(options with { NewModel = options.NewModel! with { MlpWidth = 56 } }, Data, "first weights");
        Refused(options with { NewModel = options.NewModel! with { HeadCount = 4 } }, Data, "model.HeadCount was 2 and is 4");
        Refused(options with { NewModel = options.NewModel! with { Mean = ChannelValues.All(0.5f) } }, Data, "model.Mean.Red");
        Refused(options, _ml.Keyed(TinyData.Rows(15)), "training clips");
        // What changes no weight may differ.
        TinyData.TrainedWeights(options with { ScoringBatchSize = 3, ScoringPrecision = Precision.BFloat16, DecodingThreads = 1, SaveEverySteps = 2, LogFolder = _folder + "/log" }, Data);

        void Refused(VideoClassifierOptions other, IDataView data, string part)
        {
            var error = Assert.ThrowsExactly<InvalidOperationException>(() => TinyData.TrainedWeights(other, data));
            StringAssert.Contains(error.Message, part);
            StringAssert.Contains(error.Message, _folder);
        }
    }

    [TestMethod]
    public void A_validation_loss_that_is_no_number_is_the_worst()
    {
        var position = new TrainingPosition();
        foreach (var loss in new[] { double.NaN, 2, 1, double.NaN })
            position.Add(new EpochMetrics(position.Epoch, 4, 0, double.NaN, 0, new ClipSetMetrics(1, loss, double.NaN, double.NaN), 0));
        Assert.AreEqual(3, position.Best!.Epoch);
    }

    [TestMethod]
    public void Clips_of_other_bytes_have_another_name_in_the_settings()
    {
        var (one, same, other) = (VideoClip.FromBytes(new byte[] { 1 }), VideoClip.FromBytes(new byte[] { 1 }), VideoClip.FromBytes(new byte[] { 2 }));
        Assert.AreEqual(TrainingSettings.NameOf(one), TrainingSettings.NameOf(same));
        Assert.AreNotEqual(TrainingSettings.NameOf(one), TrainingSettings.NameOf(other));
        Assert.AreEqual("a.avi", TrainingSettings.NameOf(VideoClip.FromFile("folder/a.avi")));
    }

    [TestMethod]
    public void Two_runs_at_a_time_in_one_folder_are_refused()
    {
        var options = Options with { Epochs = 1, ResumeFolder = _folder };
        var error = default(IOException);
        TinyData.TrainedWeights(options with
        {
            MetricsCallback = _ => error = Assert.Throws<IOException>(() => TinyData.TrainedWeights(options, Data)),
        }, Data);
        StringAssert.Contains(error!.Message, "another run");
    }

    [TestMethod]
    public void A_damaged_state_is_reported_and_what_a_killed_run_left_half_written_is_removed()
    {
        var options = Options with { Epochs = 1, ResumeFolder = _folder };
        Directory.CreateDirectory(_folder);
        var half = Path.Combine(_folder, "state.safetensors.0123.tmp");
        File.WriteAllText(half, "half");
        var expected = TinyData.TrainedWeights(options, Data);
        Assert.IsFalse(File.Exists(half));
        var path = Path.Combine(_folder, "state.safetensors");
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..^100]);
        var error = Assert.ThrowsExactly<GardenerML.Checkpoints.CheckpointException>(() => TinyData.TrainedWeights(options, Data));
        StringAssert.Contains(error.Message, "state.safetensors");
        File.WriteAllBytes(path, bytes);
        CollectionAssert.AreEqual(expected, TinyData.TrainedWeights(options, Data));
    }

    [TestMethod]
    [DataRow(2, null, 3 * 4 / 2)]
    [DataRow(null, 1e-7, 3 * 4)]
    [DataRow(null, 1e6, 3)]
    public void The_state_is_saved_as_often_as_asked_for(int? steps, double? seconds, int least)
    {
        // 12 clips: 3 steps an epoch, 4 epochs; the first save is seen after the step that follows it.
        var path = Path.Combine(_folder, "state.safetensors");
        var seen = new HashSet<DateTime>();
        TinyData.TrainedWeights(TinyData.Options with
        {
            Epochs = 4,
            ResumeFolder = _folder,
            SaveEverySteps = steps,
            SaveInterval = seconds is { } value ? TimeSpan.FromSeconds(value) : null,
            Progress = new Immediately<TrainingProgress>(_ =>
            {
                if (File.Exists(path))
                    seen.Add(File.GetLastWriteTimeUtc(path));
            }),
        }, _ml.Keyed(TinyData.Rows(12)));
        Assert.IsGreaterThanOrEqualTo(least, seen.Count);
        Assert.IsLessThanOrEqualTo(12, seen.Count);
        Assert.IsTrue(seconds != 1e6 || seen.Count == 3);
    }

    [TestMethod]
    public void A_loss_that_is_not_finite_leaves_the_last_good_state()
    {
        var calm = Options with { Epochs = 2, WarmupEpochs = 2, ResumeFolder = _folder, SaveEverySteps = 1 };
        var path = Path.Combine(_folder, "state.safetensors");
        byte[] good = [];
        Assert.ThrowsExactly<InvalidOperationException>(() => TinyData.TrainedWeights(calm with
        {
            LearningRate = 1e30,
            WarmupEpochs = 0,
            Progress = new Immediately<TrainingProgress>(_ => good = File.ReadAllBytes(path)),
        }, Data));
        CollectionAssert.AreEqual(good, File.ReadAllBytes(path));
    }
}
