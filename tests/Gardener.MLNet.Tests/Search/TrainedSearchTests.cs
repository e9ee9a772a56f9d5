using GardenerML.Checkpoints;
using GardenerML.Search;
using GardenerML.Tests.Checkpoints;
using GardenerML.Tests.Training;
using GardenerML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Tests.Search;

/// <summary>Searches that train tiny models.</summary>
[TestClass]
public sealed class TrainedSearchTests : IDisposable
{
    private static readonly VideoClassifierOptions Training = TinyData.Options with { NewModel = null, Epochs = 3, WarmupEpochs = 1 };

    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _ml = new(seed: 1);
    private readonly string _checkpoint;

    public TrainedSearchTests()
    {
        _checkpoint = _folder.File("checkpoint.safetensors");
        VideoMaeCheckpointWriter.Save(_checkpoint, TinyModel.Content(), CheckpointLayout.SingleFile);
    }

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Every_trial_has_a_model_and_the_best_one_scores_as_it_did()
    {
        var before = LiveTensors.Count;
        using (var result = Experiment("grid").Run())
        {
            Assert.HasCount(3, result.Trials);
            foreach (var trial in result.Trials)
            {
                using var model = Load(result.ModelFile(trial.Settings));
                CollectionAssert.AreEqual(trial.Settings.Removed.ToArray(), model.PruningPlan!.Removed.ToArray());
                Assert.AreEqual("entropy", model.PruningPlan.Criterion);
                var cost = trial.Result!.Cost!;
                Assert.AreEqual(model.Cost.Parameters, cost.Parameters);
                Assert.AreEqual(model.Cost.GigaFlops, cost.GigaFlops);
                Assert.AreEqual(new FileInfo(result.ModelFile(trial.Settings)).Length, cost.ModelBytes);
                Assert.AreEqual(Accuracy(model), trial.Result.Accuracy);
                Assert.IsGreaterThan(0, cost.LatencyInMilliseconds);
            }
            Assert.AreEqual(result.Trials.Max(trial => trial.Result!.Accuracy), result.BestTrial!.Accuracy);
            Assert.AreEqual(result.BestTrial.Accuracy, Accuracy(result.Model));
            result.SaveBestModel(_folder.File("best.zip"));
            CollectionAssert.AreEqual(File.ReadAllBytes(result.BestModelFile), File.ReadAllBytes(_folder.File("best.zip")));

            var view = result.ToDataView(_ml);
            CollectionAssert.AreEqual(new[] { 1, 2, 3 }, view.GetColumn<int>("TrialId").ToArray());
            CollectionAssert.AreEqual(
                result.Trials.Select(trial => trial.Result!.Accuracy!.Value).ToArray(), view.GetColumn<double>("Accuracy").ToArray());
            Assert.AreEqual(1, view.GetColumn<bool>("IsBest").Count(best => best));
            Assert.IsFalse(Directory.Exists(Path.Combine(_folder.File("grid"), "training")), "no state of training is left");
        }
        Assert.AreEqual(before, LiveTensors.Count, "C4");
    }

    [TestMethod]
    public void What_exceeds_a_maximum_is_not_trained_until_the_maximum_is_raised()
    {
        var epochs = 0;
        var counted = Training with { MetricsCallback = _ => epochs++ };
        var monitor = new TestMonitor();
        long parameters;
        using (var result = Experiment("small", counted).SetConstraints(new GardenerConstraints { MaximumParameters = 150_000 }).SetMonitor(monitor).Run())
        {
            CollectionAssert.AreEqual(
                new[] { "running 1", "infeasible 1", "running 2", "infeasible 2", "running 3", "completed 3", "best 3" }, monitor.Told);
            Assert.AreEqual(3, epochs);
            Assert.IsNull(result.Trials[0].Result!.Accuracy);
            StringAssert.Contains(result.Trials[0].Result!.Error, "of at most 150,000");
            Assert.IsFalse(File.Exists(result.ModelFile(result.Trials[0].Settings)));
            parameters = result.Trials[1].Result!.Cost!.Parameters;
        }
        using var more = Experiment("small", counted).SetConstraints(new GardenerConstraints { MaximumParameters = parameters }).Run();
        CollectionAssert.AreEqual(
            new[] { GardenerTrialState.Infeasible, GardenerTrialState.Completed, GardenerTrialState.Completed },
            more.Trials.Select(trial => trial.State).ToArray());
        Assert.AreEqual(6, epochs);
    }

    [TestMethod]
    public void What_halving_trains_to_the_end_has_the_weights_of_a_training_without_a_pause()
    {
        var epochs = new List<int>();
        var options = Training with { MetricsCallback = metrics => epochs.Add(metrics.Epoch) };
        using var halved = Experiment("halving", options).SetTuner(GardenerTuner.SuccessiveHalving(factor: 3)).Run();
        // All for the first epoch, one for the others.
        CollectionAssert.AreEqual(new[] { 1, 1, 1, 2, 3 }, epochs);
        CollectionAssert.AreEqual(new[] { 1, 1, 1, 3 }, halved.Trials.Select(trial => trial.Settings.TrainedEpochs).ToArray());
        Assert.IsFalse(Directory.Exists(Path.Combine(_folder.File("halving"), "training")));

        var last = halved.Trials[3].Settings;
        using var whole = Experiment("grid").SetSearchSpace(new GardenerSearchSpace { RemovedCounts = [last.Removed.Count] }).Run();
        using var expected = Load(whole.BestModelFile);
        using var actual = Load(halved.ModelFile(last));
        CollectionAssert.AreEqual(expected.Weights(), actual.Weights());
        Assert.AreEqual(whole.BestTrial!.Accuracy, halved.Trials[3].Result!.Accuracy);
    }

    [TestMethod]
    public void A_shorter_trial_leaves_the_model_of_a_longer_one()
    {
        using var grid = Experiment("both").Run();
        var before = grid.Trials.Select(trial => File.ReadAllBytes(grid.ModelFile(trial.Settings))).ToArray();
        using var halved = Experiment("both").SetTuner(GardenerTuner.SuccessiveHalving(factor: 3)).Run();
        CollectionAssert.AreEqual(new[] { 3, 3, 3, 1, 1, 1 }, halved.Trials.Select(trial => trial.Settings.TrainedEpochs).ToArray());
        foreach (var (trial, bytes) in grid.Trials.Zip(before))
            CollectionAssert.AreEqual(bytes, File.ReadAllBytes(halved.ModelFile(trial.Settings)));
        halved.SaveBestModel(_folder.File("best.zip"));
        using var model = Load(_folder.File("best.zip"));
        Assert.AreEqual(halved.BestTrial!.Accuracy!.Value, Accuracy(model), 1e-12);
        // Those of the shorter trials are gone, and both names of a training give the longer one's.
        Assert.HasCount(3, Directory.GetFiles(Path.Combine(_folder.File("both"), "models")));
        foreach (var trial in halved.Trials.Skip(3))
            Assert.AreEqual(halved.ModelFile(trial.Settings with { TrainedEpochs = 3 }), halved.ModelFile(trial.Settings));
    }

    [TestMethod]
    public async Task A_shorter_trial_takes_nothing_from_the_state_of_a_longer_one_that_was_stopped()
    {
        using var expected = Experiment("short").SetTuner(GardenerTuner.SuccessiveHalving(factor: 3, firstEpochs: 2)).SetMaxTrialsToExplore(1).Run();
        using var source = new CancellationTokenSource();
        var cancelling = new TestMonitor
        {
            OnProgress = (_, progress) =>
            {
                if (progress.Step == 8)
                    source.Cancel();
            },
        };
        await Assert.ThrowsAsync<OperationCanceledException>(() => Experiment("cut").SetMonitor(cancelling).RunAsync(source.Token));
        using var actual = Experiment("cut").SetTuner(GardenerTuner.SuccessiveHalving(factor: 3, firstEpochs: 2)).SetMaxTrialsToExplore(1).Run();
        var (one, other) = (expected.Trials[0], actual.Trials.Single(trial => trial.Settings.TrainedEpochs == 2));
        Assert.AreEqual((one.Result!.Accuracy, one.Result.LogLoss), (other.Result!.Accuracy, other.Result.LogLoss));
        using (var same = Load(expected.ModelFile(one.Settings)))
        using (var model = Load(actual.ModelFile(other.Settings)))
            CollectionAssert.AreEqual(same.Weights(), model.Weights());
        // The longer one goes on within its last epoch.
        var steps = new List<int>();
        var monitor = new TestMonitor { OnProgress = (settings, progress) => steps.Add((10 * settings.TrialId) + progress.Step) };
        Experiment("cut").SetMonitor(monitor).SetMaxTrialsToExplore(2).Run().Dispose();
        CollectionAssert.AreEqual(new[] { 19 }, steps);
    }

    [TestMethod]
    public void What_a_monitor_throws_of_progress_ends_the_search_and_the_trial_goes_on_another_time()
    {
        var throwing = new TestMonitor
        {
            OnProgress = (_, progress) =>
            {
                if (progress.Step == 4)
                    throw new NotSupportedException("no fourth");
            },
        };
        Assert.AreEqual("no fourth", Assert.ThrowsExactly<NotSupportedException>(() => Experiment("thrown").SetMonitor(throwing).Run()).Message);
        Assert.HasCount(1, throwing.Running);
        using var result = Experiment("thrown").Run();
        Assert.IsTrue(result.Trials.All(trial => trial.State == GardenerTrialState.Completed));
    }

    [TestMethod]
    public void A_trial_whose_folder_is_in_use_waits_and_does_not_fail()
    {
        TrainingStore? other = null;
        var monitor = new TestMonitor
        {
            OnRunning = trial =>
            {
                if (other is null)
                    other = TrainingStore.Open(Path.Combine(_folder.File("held"), "training", trial.TrainingName), Training);
                else
                    other.Dispose();
            },
        };
        using var result = Experiment("held", lease: TimeSpan.FromSeconds(1)).SetMaxTrialsToExplore(1)
            .SetSearchSpace(new GardenerSearchSpace { RemovedCounts = [1] }).SetMonitor(monitor).Run();
        Assert.AreEqual(GardenerTrialState.Completed, result.Trials.Single().State);
        CollectionAssert.AreEqual(new[] { 1, 1 }, monitor.Running.Select(trial => trial.TrialId).ToArray());
    }

    [TestMethod]
    public async Task A_cancelled_search_goes_on_within_the_trial_to_the_same_models()
    {
        using var whole = Experiment("whole").Run();
        using var source = new CancellationTokenSource();
        var cancelling = new TestMonitor
        {
            OnProgress = (settings, progress) =>
            {
                if (settings.TrialId == 2 && progress.Step == 4)
                    source.Cancel();
            },
        };
        await Assert.ThrowsAsync<OperationCanceledException>(() => Experiment("cut").SetMonitor(cancelling).RunAsync(source.Token));
        var steps = new List<int>();
        var monitor = new TestMonitor { OnProgress = (settings, progress) => steps.Add((10 * settings.TrialId) + progress.Step) };
        using var rest = Experiment("cut").SetMonitor(monitor).Run();
        CollectionAssert.AreEqual(new[] { 2, 3 }, monitor.Running.Select(trial => trial.TrialId).ToArray());
        CollectionAssert.AreEqual(new[] { 25, 26, 27, 28, 29, 31, 32, 33, 34, 35, 36, 37, 38, 39 }, steps);
        foreach (var trial in whole.Trials)
        {
            using var expected = Load(whole.ModelFile(trial.Settings));
            using var actual = Load(rest.ModelFile(trial.Settings));
            CollectionAssert.AreEqual(expected.Weights(), actual.Weights());
        }
    }

    [TestMethod]
    public void A_folder_of_other_data_or_another_recipe_is_refused_and_other_epochs_are_not()
    {
        Experiment("folder").SetMaxTrialsToExplore(1).Run().Dispose();
        var error = Assert.ThrowsExactly<InvalidOperationException>(() =>
            Experiment("folder", Training with { WeightDecay = 0.5 }).SetDataset(Clips(10), Clips(9, seed: 2)).Run());
        StringAssert.Contains(error.Message, "training.WeightDecay was 0.05 and is 0.5");
        StringAssert.Contains(error.Message, "trainingClips was 12 clips");
        using var result = Experiment("folder", Training with { Epochs = 2 }).SetMaxTrialsToExplore(2).Run();
        CollectionAssert.AreEqual(new[] { 3, 2 }, result.Trials.Select(trial => trial.Settings.Epochs).ToArray());
    }

    [TestMethod]
    public void The_warm_up_that_is_set_is_that_of_every_trial_and_one_that_is_not_follows_from_the_epochs()
    {
        foreach (var (recipe, warmups, peaks) in ((VideoClassifierOptions, double[], int[])[])
        [
            // Three steps an epoch: the learning rate is at its highest with the last step of warm-up.
            (Training with { WarmupEpochs = 5 / 3.0 }, [5 / 3.0, 5 / 3.0], [5, 5]),
            (TinyData.Options with { NewModel = null }, [1, 1], [3, 3]),
        ])
        {
            var steps = new List<(int Trial, int Step, double Rate)>();
            var monitor = new TestMonitor
            {
                OnProgress = (settings, progress) => steps.Add((settings.TrialId, progress.Step, progress.LearningRate)),
            };
            using var result = Experiment($"warm-{warmups[0]}", recipe).SetMonitor(monitor)
                .SetSearchSpace(new GardenerSearchSpace { RemovedCounts = [1], Epochs = [2, 3] }).Run();
            CollectionAssert.AreEqual(warmups, result.Trials.Select(trial => trial.Settings.WarmupEpochs).ToArray());
            CollectionAssert.AreEqual(warmups, result.ToDataView(_ml).GetColumn<double>("WarmupEpochs").ToArray());
            CollectionAssert.AreEqual(peaks, steps.GroupBy(step => step.Trial).Select(trial => trial.MaxBy(step => step.Rate).Step).ToArray());
        }
        var error = Assert.ThrowsExactly<ArgumentException>(() =>
            Experiment("warm", Training with { WarmupEpochs = 2 }).SetSearchSpace(new GardenerSearchSpace { Epochs = [3, 2] }).Run());
        StringAssert.Contains(error.Message, "WarmupEpochs is 2, and a trial has 2 epochs");
    }

    [TestMethod]
    public void The_steps_of_a_pipeline_are_fitted_and_are_part_of_the_model()
    {
        var rows = TinyData.Rows(12);
        using var result = Experiment("pipeline")
            .SetPipeline(_ml.Transforms.Conversion.MapValueToKey("Label"))
            .SetDataset(_ml.View(rows), _ml.View(TinyData.Rows(9, seed: 2)))
            .SetSearchSpace(new GardenerSearchSpace { Ratios = [0.4] })
            .Run();
        var scored = result.Model.Transform(_ml.View(TinyData.Rows(9, seed: 2)));
        Assert.AreEqual(result.BestTrial!.Accuracy!.Value, _ml.MulticlassClassification.Evaluate(scored).MicroAccuracy, 1e-12);
    }

    [TestMethod]
    public async Task A_runner_runs_a_trial_by_itself_from_what_went_through_JSON()
    {
        using var expected = Experiment("whole").Run();
        using var runner = new GardenerTrialRunner(
            _ml, new GardenerExperimentOptions { Checkpoint = _checkpoint, Training = Training }, Clips(12), Clips(9, seed: 2));
        var request = new GardenerTrialRequest(expected.Trials[1].Settings, new GardenerConstraints(), _folder.File("elsewhere"));
        var json = System.Text.Json.JsonSerializer.Serialize(request);
        var result = await runner.RunAsync(System.Text.Json.JsonSerializer.Deserialize<GardenerTrialRequest>(json)!, null, CancellationToken.None);
        Assert.AreEqual(expected.Trials[1].Result!.Accuracy, result.Accuracy);
        using var model = Load(Path.Combine(_folder.File("elsewhere"), "models", $"{request.Settings.Key}.zip"));
        using var same = Load(expected.ModelFile(request.Settings));
        CollectionAssert.AreEqual(same.Weights(), model.Weights());
    }

    [TestMethod]
    public async Task A_runner_refuses_a_trial_of_an_experiment_with_other_clips_checkpoint_or_recipe()
    {
        GardenerTrialRequest? asked = null;
        var other = new TestRunner((request, _) => Task.FromResult(Trials.Completed((asked = request).Settings, 0.5)));
        using var result = Experiment("asked").SetTrialRunner(other).SetMaxTrialsToExplore(1).Run();
        var json = System.Text.Json.JsonSerializer.Serialize(asked! with { Folder = _folder.File("elsewhere") });
        var request = System.Text.Json.JsonSerializer.Deserialize<GardenerTrialRequest>(json)!;

        Assert.AreEqual(GardenerTrialState.Completed, (await RunAsync(Training, 12)).State);
        // A trial has these of its own.
        Assert.AreEqual(GardenerTrialState.Completed, (await RunAsync(Training with { LearningRate = 0.123, Epochs = 7, Seed = 99 }, 12)).State);
        await RefusedAsync("trainingClips was 12 clips and is 10 clips", Training, 10);
        await RefusedAsync("training.WeightDecay was", Training with { WeightDecay = Training.WeightDecay + 0.01 }, 12);
        request = request with { Experiment = new Dictionary<string, string>(request.Experiment!) { ["checkpoint"] = $"xxh128:{new string('0', 32)}" } };
        await RefusedAsync("checkpoint: not the same", Training, 12);

        async Task<GardenerTrialResult> RunAsync(VideoClassifierOptions training, int clips)
        {
            using var runner = new GardenerTrialRunner(
                _ml, new GardenerExperimentOptions { Checkpoint = _checkpoint, Training = training }, Clips(clips), Clips(9, seed: 2));
            return await runner.RunAsync(request, null, CancellationToken.None);
        }

        async Task RefusedAsync(string message, VideoClassifierOptions training, int clips) => StringAssert.Contains(
            (await Assert.ThrowsExactlyAsync<OtherExperimentException>(() => RunAsync(training, clips))).Message, message);
    }

    private GardenerExperiment Experiment(string folder, VideoClassifierOptions? training = null, TimeSpan? lease = null) => _ml.Auto()
        .CreateGardenerExperiment(new GardenerExperimentOptions
        {
            Checkpoint = _checkpoint,
            Folder = _folder.File(folder),
            Training = training ?? Training,
            Lease = lease ?? TimeSpan.FromMinutes(1),
        })
        .SetDataset(Clips(12), Clips(9, seed: 2));

    private IDataView Clips(int count, int seed = 1) => _ml.Keyed(TinyData.Rows(count, seed));

    private double Accuracy(ITransformer model) =>
        _ml.MulticlassClassification.Evaluate(model.Transform(Clips(9, seed: 2))).MicroAccuracy;

    private VideoClassifierTransformer Load(string zip) => _ml.Model.Load(zip, out _) switch
    {
        TransformerChain<ITransformer> chain => (VideoClassifierTransformer)chain.LastTransformer,
        var model => (VideoClassifierTransformer)model,
    };
}
