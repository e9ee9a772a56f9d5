using GardenerML.Checkpoints;
using GardenerML.Search;
using GardenerML.Tests.Checkpoints;
using GardenerML.Tests.Training;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;

namespace GardenerML.Tests.Search;

/// <summary>The search itself, with a runner that does not train.</summary>
[TestClass]
public sealed class ExperimentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _ml = new(seed: 1);
    private readonly string _checkpoint;

    public ExperimentTests()
    {
        _checkpoint = _folder.File("checkpoint.safetensors");
        VideoMaeCheckpointWriter.Save(_checkpoint, TinyModel.Content(), CheckpointLayout.SingleFile);
    }

    public required TestContext TestContext { get; init; }

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void A_failing_trial_is_recorded_and_the_search_goes_on()
    {
        var monitor = new TestMonitor();
        using var result = Experiment(new TestRunner(trial => trial.Removed.Count == 1 ? throw new IOException("no disk") : 0.5 + (0.1 * trial.Removed.Count)))
            .SetMonitor(monitor).Run();
        CollectionAssert.AreEqual(
            new[] { "running 1", "completed 1", "best 1", "running 2", "failed 2: no disk", "running 3", "completed 3", "best 3" }, monitor.Told);
        CollectionAssert.AreEqual(
            new[] { GardenerTrialState.Completed, GardenerTrialState.Failed, GardenerTrialState.Completed },
            result.Trials.Select(trial => trial.State).ToArray());
        Assert.AreEqual("no disk", result.Trials[1].Result!.Error);
        Assert.AreEqual(3, result.BestTrial!.TrialSettings.TrialId);

        // The same experiment again has nothing left to do.
        var runner = new TestRunner(_ => 0);
        using var again = Experiment(runner).Run();
        Assert.IsTrue(runner.Runs.IsEmpty);
        Assert.AreEqual(3, again.BestTrial!.TrialSettings.TrialId);
    }

    [TestMethod]
    public void A_runner_that_gives_what_cannot_be_is_a_failure_and_no_endless_loop()
    {
        var runner = new TestRunner((request, _) => Task.FromResult(Trials.Completed(request.Settings, 0.5) with
        {
            State = request.Settings.Removed.Count == 0 ? GardenerTrialState.Completed : GardenerTrialState.Infeasible,
            Cost = request.Settings.Removed.Count == 1 ? null : Trials.Cost(request.Settings),
        }));
        using var result = Experiment(runner).Run();
        CollectionAssert.AreEqual(
            new[] { GardenerTrialState.Completed, GardenerTrialState.Failed, GardenerTrialState.Failed },
            result.Trials.Select(trial => trial.State).ToArray());
        StringAssert.Contains(result.Trials[2].Result!.Error, "exceeds a maximum");
    }

    [TestMethod]
    public void Where_all_trials_fail_the_error_says_how_each_did_C5()
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(() =>
            Experiment(new TestRunner(trial => throw new IOException($"no disk for {trial.Removed.Count}"))).Run());
        StringAssert.Contains(error.Message, "3 failed");
        foreach (var removed in Enumerable.Range(0, 3))
            StringAssert.Contains(error.Message, $"no disk for {removed}");
        StringAssert.Contains(error.Message, "all blocks, 10 epochs");
    }

    [TestMethod]
    public async Task Several_searches_in_one_folder_share_the_trials_and_run_none_twice()
    {
        var space = new GardenerSearchSpace { LearningRates = [1e-3, 2e-3, 3e-3, 4e-3] };
        var runner = new TestRunner(async (request, cancellation) =>
        {
            await Task.Delay(20, cancellation);
            return Trials.Completed(request.Settings, 0.5);
        });
        var results = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ =>
            Experiment(runner).SetSearchSpace(space).SetTuner(GardenerTuner.Random(1)).RunAsync(TestContext.CancellationToken)));
        Assert.HasCount(12, runner.Runs);
        Assert.HasCount(12, runner.Runs.Select(trial => trial.Key).Distinct().ToArray());
        // None ends before the others' trials have.
        foreach (var result in results)
        {
            Assert.HasCount(12, result.Trials);
            Assert.IsTrue(result.Trials.All(trial => trial.State == GardenerTrialState.Completed));
            result.Dispose();
        }
    }

    [TestMethod]
    public async Task Several_trials_are_in_flight_and_the_tuner_still_follows_from_those_that_ended()
    {
        var space = new GardenerSearchSpace { LearningRates = [1e-3, 2e-3, 3e-3] };
        int now = 0, most = 0;
        var together = new TaskCompletionSource();
        var runner = new TestRunner(async (request, cancellation) =>
        {
            var running = Interlocked.Increment(ref now);
            most = Math.Max(most, running);
            // The first three wait for each other.
            if (running == 3)
                together.TrySetResult();
            await together.Task.WaitAsync(cancellation);
            Interlocked.Decrement(ref now);
            return Trials.Completed(request.Settings, request.Settings.LearningRate + (0.1 * request.Settings.Removed.Count));
        });
        using var result = await Experiment(runner).SetSearchSpace(space).SetTuner(GardenerTuner.SuccessiveHalving(factor: 3, firstEpochs: 5))
            .SetMaxConcurrentTrials(3).RunAsync(TestContext.CancellationToken);
        Assert.AreEqual(3, most);
        // All nine for half of the epochs, and only then the best three for all.
        var epochs = runner.Runs.Select(trial => trial.TrainedEpochs).ToArray();
        CollectionAssert.AreEqual(Enumerable.Repeat(5, 9).Concat(Enumerable.Repeat(10, 3)).ToArray(), epochs);
        Assert.IsTrue(runner.Runs.Skip(9).All(trial => trial.Removed.Count == 2));
        Assert.HasCount(12, runner.Runs.Select(trial => trial.Key).Distinct().ToArray());
    }

    [TestMethod]
    public async Task A_search_that_is_cancelled_gives_all_trials_in_flight_back()
    {
        using var source = new CancellationTokenSource();
        var cancelling = new TestMonitor
        {
            OnRunning = trial =>
            {
                if (trial.TrialId == 2)
                    source.CancelAfter(10);
            },
        };
        await Assert.ThrowsAsync<OperationCanceledException>(() =>
            Experiment(Endless()).SetMonitor(cancelling).SetMaxConcurrentTrials(2).RunAsync(source.Token));
        var runner = new TestRunner(_ => 0.5);
        using var result = await Experiment(runner).RunAsync(TestContext.CancellationToken);
        CollectionAssert.AreEqual(new[] { 1, 2, 3 }, runner.Runs.Select(trial => trial.TrialId).ToArray());
    }

    [TestMethod]
    public void This_process_runs_one_trial_at_a_time()
    {
        var experiment = _ml.Auto()
            .CreateGardenerExperiment(new GardenerExperimentOptions { Checkpoint = _checkpoint, Folder = _folder.File("experiment") })
            .SetMaxConcurrentTrials(2);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => experiment.Run()).Message, "SetTrialRunner");
    }

    [TestMethod]
    public async Task The_time_ends_a_trial_and_the_next_run_goes_on_with_it()
    {
        var runner = new TestRunner(async (request, cancellation) =>
        {
            if (request.Settings.Removed.Count == 1)
                await Task.Delay(Timeout.Infinite, cancellation);
            return Trials.Completed(request.Settings, 0.5);
        });
        using var cut = await Experiment(runner).SetTrainingTimeInSeconds(1).RunAsync(TestContext.CancellationToken);
        CollectionAssert.AreEqual(
            new[] { GardenerTrialState.Completed, GardenerTrialState.Interrupted }, cut.Trials.Select(trial => trial.State).ToArray());

        runner = new TestRunner(_ => 0.6);
        using var rest = await Experiment(runner).RunAsync(TestContext.CancellationToken);
        CollectionAssert.AreEqual(new[] { 2, 3 }, runner.Runs.Select(trial => trial.TrialId).ToArray());
        Assert.IsTrue(rest.Trials.All(trial => trial.State == GardenerTrialState.Completed));
    }

    [TestMethod]
    public async Task A_time_in_which_no_trial_is_completed_is_an_error()
    {
        var error = await Assert.ThrowsExactlyAsync<TimeoutException>(() => Experiment(Endless()).SetTrainingTimeInSeconds(1).RunAsync(TestContext.CancellationToken));
        StringAssert.Contains(error.Message, _folder.Path);
    }

    [TestMethod]
    public async Task Where_not_all_trials_that_ended_failed_the_error_is_the_time_and_tells_of_failures()
    {
        var constraints = new GardenerConstraints { MaximumParameters = 100 };
        var runner = new TestRunner(async (request, cancellation) =>
        {
            var removed = request.Settings.Removed.Count;
            if (removed == 2)
                await Task.Delay(Timeout.Infinite, cancellation);
            return removed == 1 ? throw new IOException("no disk") : Trials.Completed(request.Settings, 0) with { State = GardenerTrialState.Infeasible };
        });
        var error = await Assert.ThrowsExactlyAsync<TimeoutException>(() =>
            Experiment(runner).SetConstraints(constraints).SetTrainingTimeInSeconds(1).RunAsync(TestContext.CancellationToken));
        StringAssert.Contains(error.Message, "in 1 s.");
        StringAssert.Contains(error.Message, "1 failed");

        // Without a limit of time there is a result, without a best trial.
        using var result = await Experiment(new TestRunner(_ => throw new IOException("no disk"))).SetConstraints(constraints)
            .SetSearchSpace(new GardenerSearchSpace { RemovedCounts = [1, 2] }).RunAsync(TestContext.CancellationToken);
        Assert.IsNull(result.BestTrial);
    }

    [TestMethod]
    public async Task Cancelling_ends_at_once_and_gives_the_trial_back()
    {
        using var source = new CancellationTokenSource();
        var cancelling = new TestMonitor { OnRunning = _ => source.CancelAfter(10) };
        await Assert.ThrowsAsync<OperationCanceledException>(() => Experiment(Endless()).SetMonitor(cancelling).RunAsync(source.Token));
        using var result = await Experiment(new TestRunner(_ => 0.5)).RunAsync(TestContext.CancellationToken);
        Assert.HasCount(3, result.Trials);
    }

    [TestMethod]
    public void One_trial_can_be_cancelled_without_the_search_C2()
    {
        GardenerExperiment experiment = null!;
        var runner = new TestRunner(async (request, cancellation) =>
        {
            if (request.Settings.TrialId == 2)
            {
                experiment.CancelTrial(1);
                experiment.CancelTrial(2);
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            return Trials.Completed(request.Settings, 0.5);
        });
        experiment = Experiment(runner);
        using var result = experiment.Run();
        CollectionAssert.AreEqual(
            new[] { GardenerTrialState.Completed, GardenerTrialState.Failed, GardenerTrialState.Completed },
            result.Trials.Select(trial => trial.State).ToArray());
        StringAssert.Contains(result.Trials[1].Result!.Error, "cancelled");
    }

    [TestMethod]
    public void What_a_runner_cancels_by_itself_is_its_failure_in_its_words()
    {
        using var result = Experiment(new TestRunner(trial =>
            trial.Removed.Count == 1 ? throw new TaskCanceledException("the line was cut") : 0.5)).Run();
        Assert.AreEqual("the line was cut", result.Trials[1].Result!.Error);
    }

    [TestMethod]
    public async Task What_a_monitor_throws_ends_the_search_and_each_trial_in_flight_is_given_back()
    {
        await using var store = new SqliteTrialStore(_folder.File("other.db"));
        var stubborn = new StubbornStore(store);
        var monitor = new TestMonitor
        {
            OnRunning = trial =>
            {
                if (trial.TrialId == 3)
                    throw new NotSupportedException("no third");
            },
        };
        var error = await Assert.ThrowsExactlyAsync<NotSupportedException>(() => Experiment(Endless(), options => options with { Store = stubborn })
            .SetMonitor(monitor).SetMaxConcurrentTrials(3).RunAsync(TestContext.CancellationToken));
        Assert.AreEqual("no third", error.Message);
        // The store fails with one, which is no reason to keep another.
        CollectionAssert.AreEquivalent(new[] { 1, 2, 3 }, stubborn.Released);
    }

    [TestMethod]
    public async Task A_trial_in_flight_whose_lease_ran_out_is_not_started_a_second_time()
    {
        await using var store = new SqliteTrialStore(_folder.File("other.db"));
        var runner = new TestRunner(async (request, cancellation) =>
        {
            // Longer than the search waits before it looks again.
            await Task.Delay(request.Settings.TrialId == 1 ? 1200 : 1, cancellation);
            return Trials.Completed(request.Settings, 0.5);
        });
        using var result = await Experiment(runner, options => options with { Store = new LapsedStore(store) })
            .SetMaxConcurrentTrials(2).RunAsync(TestContext.CancellationToken);
        Assert.HasCount(3, runner.Runs);
    }

    [TestMethod]
    public void The_end_of_a_search_deletes_what_is_left_of_trainings_but_for_those_in_use()
    {
        string used = _folder.File("experiment/training/used"), left = _folder.File("experiment/training/left");
        TrainingStore.Open(left, new VideoClassifierOptions()).Dispose();
        using (TrainingStore.Open(used, new VideoClassifierOptions()))
            Experiment(new TestRunner(_ => 0.5)).Run().Dispose();
        Assert.IsFalse(Directory.Exists(left));
        Assert.IsTrue(File.Exists(Path.Combine(used, "lock")));
        Experiment(new TestRunner(_ => 0.5)).Run().Dispose();
        Assert.IsFalse(Directory.Exists(_folder.File("experiment/training")));
    }

    [TestMethod]
    public void No_more_trials_are_trained_than_asked_for_those_before_included()
    {
        using var one = Experiment(new TestRunner(_ => 0.5)).SetMaxModelToExplore(1).Run();
        Assert.HasCount(1, one.Trials);
        var runner = new TestRunner(_ => 0.5);
        using var two = Experiment(runner).SetMaxTrialsToExplore(2).Run();
        Assert.HasCount(2, two.Trials);
        Assert.HasCount(1, runner.Runs);
    }

    [TestMethod]
    public async Task A_trial_that_another_process_took_over_is_given_up_and_not_recorded()
    {
        await using var store = new SqliteTrialStore(_folder.File("other.db"));
        var forgetful = new ForgetfulStore(store);
        var runner = new TestRunner(async (request, cancellation) =>
        {
            if (forgetful.Renewals == 0)
                await Task.Delay(Timeout.Infinite, cancellation);
            return Trials.Completed(request.Settings, 0.5);
        });
        using var result = await Experiment(runner, options => options with { Store = forgetful, Lease = TimeSpan.FromSeconds(1) }).RunAsync(TestContext.CancellationToken);
        CollectionAssert.AreEqual(new[] { 1, 1, 2, 3 }, runner.Runs.Select(trial => trial.TrialId).ToArray());
        Assert.HasCount(3, result.Trials);
    }

    [TestMethod]
    public void Constraints_and_the_metric_say_what_is_best()
    {
        var runner = new TestRunner((request, _) => Task.FromResult(Trials.Completed(request.Settings, 0.9 - (0.1 * request.Settings.Removed.Count)) with
        {
            MeanClassRecall = 0.1 * request.Settings.Removed.Count,
        }));
        using (var result = Experiment(runner).Run())
            Assert.IsEmpty(result.BestTrial!.TrialSettings.Removed);
        using (var result = Experiment(runner).SetMetric(GardenerMetric.MeanClassRecall).Run())
            Assert.HasCount(2, result.BestTrial!.TrialSettings.Removed);
        using (var result = Experiment(runner).SetConstraints(new GardenerConstraints { MinimumAccuracy = 0.75 }).Run())
            Assert.HasCount(1, result.BestTrial!.TrialSettings.Removed);
        using (var result = Experiment(runner).SetConstraints(new GardenerConstraints { MinimumAccuracy = 0.95 }).Run())
        {
            Assert.IsNull(result.BestTrial);
            Assert.ThrowsExactly<InvalidOperationException>(() => result.Model);
            Assert.HasCount(3, result.ParetoByLatency);
        }
        Assert.HasCount(3, runner.Runs);
    }

    [TestMethod]
    public void Another_checkpoint_or_recipe_is_refused()
    {
        Experiment(new TestRunner(_ => 0.5)).Run().Dispose();
        var other = _folder.File("other.safetensors");
        VideoMaeCheckpointWriter.Save(other, TinyModel.Content(seed: 1), CheckpointLayout.SingleFile);
        var error = Assert.ThrowsExactly<InvalidOperationException>(() =>
            Experiment(new TestRunner(_ => 0.5), options => options with { Checkpoint = other }).Run());
        StringAssert.Contains(error.Message, "of another experiment: checkpoint: not the same.");

        // Whoever runs the trials, clips belong to the experiment.
        error = Assert.ThrowsExactly<InvalidOperationException>(() =>
            Experiment(new TestRunner(_ => 0.5)).SetDataset(_ml.Keyed(TinyData.Rows(6)), _ml.Keyed(TinyData.Rows(3, seed: 2))).Run());
        StringAssert.Contains(error.Message, "trainingClips was 3 clips and is 6 clips");
        var options = new GardenerExperimentOptions { Checkpoint = _checkpoint, Folder = _folder.File("experiment") };
        error = Assert.ThrowsExactly<InvalidOperationException>(() =>
            _ml.Auto().CreateGardenerExperiment(options).SetTrialRunner(new TestRunner(_ => 0.5)).Run());
        StringAssert.Contains(error.Message, "SetDataset");
    }

    [TestMethod]
    public void What_was_found_can_be_read_with_the_best_trial_by_the_last_constraints_and_metric()
    {
        var constraints = new GardenerConstraints { MinimumAccuracy = 0.65, MaximumParameters = 1100 };
        using (var result = Experiment(new TestRunner(trial => 0.9 - (0.1 * trial.Removed.Count)), options => options with { DataName = "three colours" })
            .SetConstraints(constraints).SetMetric(GardenerMetric.LogLoss).Run())
        {
            using var read = GardenerExperiment.ReadResultAsync(_folder.File("experiment")).GetAwaiter().GetResult();
            Assert.AreEqual(result.BestTrial!.TrialSettings.Key, read.BestTrial!.TrialSettings.Key);
            Assert.AreEqual(result.BestModelFile, read.BestModelFile);
            Assert.AreEqual(result.Description, read.Description);
            Assert.AreEqual(
                new GardenerExperimentDescription
                {
                    Checkpoint = _checkpoint,
                    DataName = "three colours",
                    Constraints = constraints,
                    Metric = GardenerMetric.LogLoss,
                },
                read.Description);
            Assert.AreEqual("accuracy at least 0.65, at most 1,100 parameters", read.Description.Constraints.ToString());
        }
        Experiment(new TestRunner(_ => 0.5)).Run().Dispose();
        using var later = GardenerExperiment.ReadResultAsync(_folder.File("experiment")).GetAwaiter().GetResult();
        Assert.IsEmpty(later.BestTrial!.TrialSettings.Removed);
        Assert.AreEqual("none", later.Description.Constraints.ToString());
    }

    [TestMethod]
    public async Task A_store_that_fails_to_record_a_result_is_asked_again_and_keeps_no_trial_from_others()
    {
        await using var store = new SqliteTrialStore(_folder.File("other.db"));
        var failing = new FailingStore(store, failures: 2);
        var monitor = new TestMonitor();
        using var result = await Experiment(new TestRunner(_ => 0.5), options => options with { Store = failing }).SetMonitor(monitor)
            .RunAsync(TestContext.CancellationToken);
        Assert.IsTrue(result.Trials.All(trial => trial.State == GardenerTrialState.Completed));
        Assert.AreEqual(3, monitor.Told.Count(told => told.StartsWith("completed", StringComparison.Ordinal)));

        await using var another = new SqliteTrialStore(_folder.File("another.db"));
        failing = new FailingStore(another, failures: 100);
        var error = await Assert.ThrowsExactlyAsync<IOException>(() =>
            Experiment(new TestRunner(_ => 0.5), options => options with { Store = failing }).RunAsync(TestContext.CancellationToken));
        Assert.AreEqual("no disk", error.Message);
        Assert.AreEqual(GardenerTrialState.Interrupted, (await another.GetTrialsAsync(TestContext.CancellationToken)).Single().State);
    }

    [TestMethod]
    public async Task Where_another_process_starts_the_last_trial_that_there_may_be_no_other_is_tried()
    {
        await using var store = new SqliteTrialStore(_folder.File("other.db"));
        await using var another = new SqliteTrialStore(_folder.File("other.db"));
        var overtaken = new OvertakenStore(store, another);
        var runner = new TestRunner(_ => 0.5);
        using var result = await Experiment(runner, options => options with { Store = overtaken }).SetMaxTrialsToExplore(1)
            .RunAsync(TestContext.CancellationToken);
        Assert.AreEqual(1, overtaken.Attempts);
        Assert.IsTrue(runner.Runs.IsEmpty);
        Assert.AreEqual(0.25, result.Trials.Single().Result!.Accuracy);
    }

    [TestMethod]
    public async Task Only_a_run_that_has_opened_its_store_has_results()
    {
        var experiment = Experiment(new TestRunner(_ => 0.5));
        Assert.IsFalse(experiment.HasOpenedStore);
        using (await experiment.RunAsync(TestContext.CancellationToken))
            Assert.IsTrue(experiment.HasOpenedStore);
        File.WriteAllText(_checkpoint, "");
        await Assert.ThrowsAsync<Exception>(() => experiment.RunAsync(TestContext.CancellationToken));
        Assert.IsFalse(experiment.HasOpenedStore);
    }

    [TestMethod]
    public void A_learning_rate_below_the_least_of_the_recipe_is_refused()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => Experiment(new TestRunner(_ => 0.5))
            .SetSearchSpace(new GardenerSearchSpace { LearningRates = [1e-3, 5e-7] }).Run());
        StringAssert.Contains(error.Message, "LearningRates has 5E-07, and the recipe's MinimumLearningRate is 1E-06");
    }

    [TestMethod]
    public void Clips_that_the_models_cannot_have_are_refused_before_there_is_an_experiment()
    {
        var clips = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(_ml.Data.LoadFromEnumerable(OddRow.Some)).Transform(_ml.Data.LoadFromEnumerable(OddRow.Some));
        // Without a checkpoint's name it is videomae-tiny, with tubelets of 2 frames.
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Experiment(
            new TestRunner(_ => 0.5), options => new GardenerExperimentOptions { Folder = options.Folder }).SetDataset(clips, clips).Run());
        StringAssert.Contains(error.Message, "tubelets of 2 frames");
        Assert.IsFalse(Directory.Exists(_folder.File("experiment")));
    }

    [TestMethod]
    public void What_is_missing_or_out_of_range_is_said_before_anything_is_done()
    {
        Assert.ThrowsExactly<ArgumentException>(() => _ml.Auto().CreateGardenerExperiment("", "folder"));
        Assert.ThrowsExactly<ArgumentException>(() => _ml.Auto().CreateGardenerExperiment("checkpoint", ""));
        foreach (var wrong in (Func<GardenerExperimentOptions, GardenerExperimentOptions>[])
        [
            options => options with { Lease = TimeSpan.Zero },
            options => options with { Lease = TimeSpan.FromDays(2) },
            options => options with { Training = new() { Checkpoint = "other" } },
            options => options with { Training = new() { ValidationFraction = 0.5 } },
            options => options with { Training = new() { ResumeFolder = "folder" } },
            options => options with { Training = new() { LogFolder = "folder" } },
            options => options with { Training = new() { Epochs = 0 } },
        ])
            Assert.Throws<ArgumentException>(() => Experiment(new TestRunner(_ => 0.5), wrong));

        var experiment = _ml.Auto().CreateGardenerExperiment(_checkpoint, _folder.File("new"));
        foreach (var wrong in (GardenerSearchSpace[])
        [
            new() { Ratios = [1] }, new() { RemovedCounts = [-1] }, new() { Criteria = [] }, new() { Epochs = [0] }, new() { LearningRates = [0] },
            new() { LayerDecays = [1.1] }, new() { MinimumKept = 0 },
        ])
            Assert.Throws<ArgumentException>(() => experiment.SetSearchSpace(wrong));
        foreach (var wrong in (GardenerConstraints[])
        [
            new() { MinimumAccuracy = 1.1 }, new() { MinimumMeanClassRecall = -1 }, new() { MaximumLatencyInMilliseconds = 0 },
            new() { MaximumParameters = 0 }, new() { MaximumGigaFlops = double.NaN }, new() { MaximumModelBytes = 0 },
            new() { MaximumLatencyInMilliseconds = double.PositiveInfinity }, new() { MaximumGigaFlops = double.PositiveInfinity },
        ])
            Assert.Throws<ArgumentException>(() => experiment.SetConstraints(wrong));
        Assert.Throws<ArgumentException>(() => experiment.SetMetric((GardenerMetric)9));
        Assert.Throws<ArgumentException>(() => experiment.SetMaxTrialsToExplore(0));
        Assert.Throws<ArgumentException>(() => experiment.SetTrainingTimeInSeconds(0));
        StringAssert.Contains(
            Assert.Throws<ArgumentException>(() => experiment.SetTrainingTimeInSeconds(6_000_000)).Message, "must be in [1, 4233600]");
        Assert.Throws<ArgumentException>(() => GardenerTuner.SuccessiveHalving(1));
        Assert.Throws<ArgumentException>(() => GardenerTuner.SuccessiveHalving(2, 0));
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => experiment.Run()).Message, "SetDataset");
        experiment.SetTuner(GardenerTuner.Bisection);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => experiment.Run()).Message, "MinimumAccuracy");
        Assert.IsFalse(Directory.Exists(_folder.File("new")));
    }

    private static TestRunner Endless() => new(async (request, cancellation) =>
    {
        await Task.Delay(Timeout.Infinite, cancellation);
        return Trials.Completed(request.Settings, 0.5);
    });

    private GardenerExperiment Experiment(IGardenerTrialRunner runner, Func<GardenerExperimentOptions, GardenerExperimentOptions>? change = null)
    {
        var options = new GardenerExperimentOptions { Checkpoint = _checkpoint, Folder = _folder.File("experiment") };
        return _ml.Auto().CreateGardenerExperiment(change?.Invoke(options) ?? options)
            .SetDataset(_ml.Keyed(TinyData.Rows(3)), _ml.Keyed(TinyData.Rows(3, seed: 2))).SetTrialRunner(runner);
    }

    /// <summary>Clips of an odd number of frames.</summary>
    private sealed class OddRow
    {
        public static OddRow[] Some { get; } = [new() { Label = "a" }, new() { Label = "b" }];

        public required string Label { get; init; }

        [VideoClipType(3, 16, 16)]
        public VideoClip Video { get; init; } = VideoClip.FromFrames(new byte[3 * 16 * 16 * 3], 3, 16, 16);
    }

    /// <summary>Denies the first renewal, as if another process had the trial.</summary>
    private sealed class ForgetfulStore(IGardenerTrialStore store) : PassingStore(store)
    {
        public int Renewals { get; private set; }

        public override async Task<bool> TryRenewAsync(int trialId, TimeSpan lease, CancellationToken cancellationToken = default) =>
            Renewals++ > 0 && await base.TryRenewAsync(trialId, lease, cancellationToken);
    }

    /// <summary>Fails to record results at first.</summary>
    private sealed class FailingStore(IGardenerTrialStore store, int failures) : PassingStore(store)
    {
        private int _failures = failures;

        public override Task<bool> TryFinishAsync(GardenerTrialResult result, CancellationToken cancellationToken = default) =>
            _failures-- > 0 ? throw new IOException("no disk") : base.TryFinishAsync(result, cancellationToken);
    }

    /// <summary>Fails to give back the first trial.</summary>
    private sealed class StubbornStore(IGardenerTrialStore store) : PassingStore(store)
    {
        public List<int> Released { get; } = [];

        public override Task ReleaseAsync(int trialId, CancellationToken cancellationToken = default)
        {
            Released.Add(trialId);
            return trialId == 1 ? throw new IOException("stubborn") : base.ReleaseAsync(trialId, cancellationToken);
        }
    }

    /// <summary>Another process runs a trial just before the first one starts.</summary>
    private sealed class OvertakenStore(IGardenerTrialStore store, IGardenerTrialStore another) : PassingStore(store)
    {
        public int Attempts { get; private set; }

        public override async Task<GardenerTrialSettings?> TryStartAsync(
            GardenerTrialSettings settings, TimeSpan lease, int? maximumTrials = null, CancellationToken cancellationToken = default)
        {
            if (Attempts++ == 0)
            {
                var other = await another.TryStartAsync(Trials.Of(2), lease, cancellationToken: cancellationToken);
                await another.TryFinishAsync(Trials.Completed(other!, 0.25), cancellationToken);
            }
            return await base.TryStartAsync(settings, lease, maximumTrials, cancellationToken);
        }
    }

    /// <summary>Takes every running trial for one whose lease has run out, and starts it again.</summary>
    private sealed class LapsedStore(IGardenerTrialStore store) : PassingStore(store)
    {
        private readonly Dictionary<string, GardenerTrialSettings> _started = [];

        public override async Task<IReadOnlyList<GardenerTrial>> GetTrialsAsync(CancellationToken cancellationToken = default) =>
        [
            .. (await base.GetTrialsAsync(cancellationToken)).Select(trial =>
                trial.State == GardenerTrialState.Running ? trial with { State = GardenerTrialState.Interrupted } : trial),
        ];

        public override async Task<GardenerTrialSettings?> TryStartAsync(
            GardenerTrialSettings settings, TimeSpan lease, int? maximumTrials = null, CancellationToken cancellationToken = default) =>
            _started.TryGetValue(settings.Key, out var started)
                ? started
                : _started[settings.Key] = (await base.TryStartAsync(settings, lease, maximumTrials, cancellationToken))!;
    }

    /// <summary>Passes on what it is asked.</summary>
    private abstract class PassingStore(IGardenerTrialStore store) : IGardenerTrialStore
    {
        public Task OpenAsync(
            IReadOnlyDictionary<string, string> settings, GardenerExperimentDescription description, CancellationToken cancellationToken = default) =>
            store.OpenAsync(settings, description, cancellationToken);

        public virtual Task<IReadOnlyList<GardenerTrial>> GetTrialsAsync(CancellationToken cancellationToken = default) =>
            store.GetTrialsAsync(cancellationToken);

        public virtual Task<GardenerTrialSettings?> TryStartAsync(
            GardenerTrialSettings settings, TimeSpan lease, int? maximumTrials = null, CancellationToken cancellationToken = default) =>
            store.TryStartAsync(settings, lease, maximumTrials, cancellationToken);

        public virtual Task<bool> TryRenewAsync(int trialId, TimeSpan lease, CancellationToken cancellationToken = default) =>
            store.TryRenewAsync(trialId, lease, cancellationToken);

        public virtual Task<bool> TryFinishAsync(GardenerTrialResult result, CancellationToken cancellationToken = default) =>
            store.TryFinishAsync(result, cancellationToken);

        public virtual Task ReleaseAsync(int trialId, CancellationToken cancellationToken = default) => store.ReleaseAsync(trialId, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
