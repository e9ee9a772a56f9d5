using CsCheck;
using GardenerML.Sensitivity;
using GardenerML.Tests.Checkpoints;

namespace GardenerML.Tests.Sensitivity;

/// <summary>
/// Which sets of blocks the oracle measures and how it ranks them, with accuracies that the test makes up.
/// </summary>
[TestClass]
public sealed class SensitivityMeasurementTests
{
    [TestMethod]
    public void Each_block_is_removed_in_turn_and_the_smallest_loss_goes_first()
    {
        var runs = new List<string>();
        var measurement = Measurement(4, removed =>
        {
            runs.Add(SensitivityState.Key(removed));
            return removed is [var block] ? new[] { 0.5, 0.7, 0.6, 0.7 }[block] : 0.9;
        });
        var blocks = measurement.Single();
        CollectionAssert.AreEqual(new[] { "none", "0", "1", "2", "3" }, runs);
        Assert.AreEqual(0.4, blocks[0].Value, 1e-12);
        // Blocks 1 and 3 are equal: the deeper one goes first.
        CollectionAssert.AreEqual(
            new[] { 3, 1, 2, 0 }, blocks.OrderBy(block => block.RemovalRank).Select(block => block.Index).ToArray());
        CollectionAssert.AreEqual(new[] { false, true, false, true }, blocks.Select(block => block.Tied).ToArray());
    }

    [TestMethod]
    public void Greedy_takes_the_best_next_block_each_time_and_measures_no_set_twice()
    {
        Gen.Select(Gen.Int[2, 7], Gen.Int[0, 1_000_000]).Sample(
            (blockCount, seed) =>
            {
                var random = new Random(seed);
                var accuracies = new Dictionary<string, double>();
                var measured = new List<string>();
                var protectedBlocks = blockCount > 3 ? new[] { random.Next(blockCount) } : [];
                var count = random.Next(blockCount - protectedBlocks.Length + (protectedBlocks.Length > 0 ? 1 : 0));
                var measurement = Measurement(blockCount, removed =>
                {
                    measured.Add(SensitivityState.Key(removed));
                    return accuracies[measured[^1]] = random.Next(20) / 20.0;
                });
                var order = measurement.Greedy(count, protectedBlocks).OrderBy(block => block.RemovalRank).Select(block => block.Index).ToArray();
                CollectionAssert.AllItemsAreUnique(measured);
                CollectionAssert.AreEquivalent(Enumerable.Range(0, blockCount).ToArray(), order);
                for (var step = 0; step < count; step++)
                {
                    Assert.DoesNotContain(order[step], protectedBlocks);
                    foreach (var other in Enumerable.Range(0, blockCount).Except(order.Take(step)).Except(protectedBlocks))
                    {
                        double best = Accuracy(step, order[step]), instead = Accuracy(step, other);
                        Assert.IsTrue(
                            best > instead || (best == instead && order[step] >= other), $"step {step}: {order[step]} or {other}");
                    }
                }

                double Accuracy(int step, int block) => accuracies[SensitivityState.Key([.. order.Take(step).Append(
                    block).Order()])];
            },
            iter: 200);
    }

    [TestMethod]
    public void An_interrupted_measurement_goes_on_where_it_stopped()
    {
        using var folder = new TemporaryFolder();
        var settings = new Dictionary<string, string> { ["checkpoint"] = "a" };
        var measured = 0;
        double Count(IReadOnlyList<int> removed)
        {
            // The third run is interrupted.
            if (measured == 2)
            {
                measured = 100;
                throw new OperationCanceledException();
            }
            measured++;
            return 1.0 / (1 + removed.Sum());
        }
        var reports = new List<SensitivityProgress>();
        var options = new SensitivityOptions { Progress = new Immediate(reports.Add) };
        Assert.ThrowsExactly<OperationCanceledException>(
            () => Measurement(3, Count, SensitivityState.Open(folder.File("state"), settings), options).Single());
        Assert.HasCount(2, reports);

        measured = 10;
        reports.Clear();
        var blocks = Measurement(3, Count, SensitivityState.Open(folder.File("state"), settings), options).Single();
        Assert.AreEqual(12, measured);
        CollectionAssert.AreEqual(new[] { true, true, false, false }, reports.Select(report => report.Resumed).ToArray());
        CollectionAssert.AreEqual(new[] { 1, 2, 3, 4 }, reports.Select(report => report.Done).ToArray());
        Assert.IsTrue(reports.All(report => report.Total == 4));
        Assert.AreEqual(1 - (1 / 3.0), blocks[2].Value, 1e-12);
    }

    [TestMethod]
    public void A_state_of_other_settings_is_refused_and_a_damaged_run_is_named()
    {
        using var folder = new TemporaryFolder();
        var state = SensitivityState.Open(folder.Path, new Dictionary<string, string> { ["seed"] = "1", ["same"] = "x" });
        state.Add(Run([1], 0.5));
        Assert.AreEqual(0.5, state.Find([1])!.Accuracy);
        Assert.IsNull(state.Find([0]));
        var error = Assert.ThrowsExactly<InvalidOperationException>(
            () => SensitivityState.Open(folder.Path, new Dictionary<string, string> { ["seed"] = "2", ["same"] = "x" }));
        StringAssert.Contains(error.Message, "seed was 1 and is 2");
        Assert.DoesNotContain("same", error.Message.Replace("same ones", ""));

        foreach (var text in (string[])["{", "null", "{\"removed\":[2],\"accuracy\":2,\"meanClassRecall\":0,\"logLoss\":0,\"clips\":1,\"seconds\":1}"])
        {
            File.WriteAllText(folder.File("run.2.json"), text);
            StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => state.Find([2])).Message, "run.2.json");
        }
        File.WriteAllText(folder.File("settings.json"), "[");
        Assert.ThrowsExactly<InvalidDataException>(() => SensitivityState.Open(folder.Path, new Dictionary<string, string>()));
    }

    [TestMethod]
    public void A_folder_of_other_things_is_left_alone()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("notes.txt"), "mine");
        Assert.ThrowsExactly<InvalidOperationException>(() => SensitivityState.Open(folder.Path, new Dictionary<string, string>()));
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder.Path));
    }

    private static SensitivityMeasurement Measurement(
        int blockCount, Func<IReadOnlyList<int>, double> accuracy, SensitivityState? state =
            null, SensitivityOptions? options = null) =>
        new(blockCount, removed => Run(removed, accuracy(removed)), state, options ?? new SensitivityOptions());

    private static SensitivityRun Run(IReadOnlyList<int> removed, double accuracy) => new()
    {
        Removed = [.. removed],
        Accuracy = accuracy,
        MeanClassRecall = accuracy,
        LogLoss = 1,
        Clips = 10,
        Seconds = 0,
    };

    private sealed class Immediate(Action<SensitivityProgress> report) : IProgress<SensitivityProgress>
    {
        public void Report(SensitivityProgress value) => report(value);
    }
}
