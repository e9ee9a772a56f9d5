using System.Buffers.Binary;
using System.Globalization;
using GardenerML.Training;
using Microsoft.ML;

namespace GardenerML.Tests.Training;

[TestClass]
public sealed class LogTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"log-{Guid.NewGuid():N}");

    [TestCleanup]
    public void Delete()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [TestMethod]
    public void A_table_has_a_row_an_epoch_also_after_going_on()
    {
        var epochs = new List<EpochMetrics>();
        using var source = new CancellationTokenSource();
        var options = TinyData.Options with
        {
            Epochs = 4,
            ValidationFraction = 0.3,
            LogFolder = Path.Combine(_folder, "log"),
            ResumeFolder = Path.Combine(_folder, "state"),
            Cancellation = source.Token,
            MetricsCallback = metrics =>
            {
                epochs.Add(metrics);
                if (metrics.Epoch == 2)
                    source.Cancel();
            },
        };
        var data = _ml.Keyed(TinyData.Rows(12));
        Assert.Throws<OperationCanceledException>(() => TinyData.TrainedWeights(options, data));
        TinyData.TrainedWeights(options with { Cancellation = default, MetricsCallback = epochs.Add }, data);

        var lines = File.ReadAllLines(Path.Combine(_folder, "log", "history.csv"));
        Assert.HasCount(5, lines);
        var names = lines[0].Split(',');
        for (var i = 0; i < 4; i++)
        {
            var row = names.Zip(lines[i + 1].Split(',')).ToDictionary(pair => pair.First, pair => double.Parse(pair.Second, CultureInfo.InvariantCulture));
            Assert.AreEqual(i + 1, row["epoch"]);
            Assert.AreEqual(epochs[i].TrainingLoss, row["training_loss"]);
            Assert.AreEqual(epochs[i].Validation!.Accuracy, row["validation_accuracy"]);
            Assert.AreEqual(epochs[i].LearningRate, row["learning_rate"]);
        }
    }

    [TestMethod]
    public void Event_files_hold_each_step_and_epoch()
    {
        var steps = new List<TrainingProgress>();
        var options = TinyData.Options with { LogFolder = _folder, ValidationFraction = 0.3, Progress = new Immediately<TrainingProgress>(steps.Add) };
        TinyData.TrainedWeights(options, _ml.Keyed(TinyData.Rows(12)));
        var values = Directory.GetFiles(_folder, "events.out.tfevents.*").SelectMany(Scalars).ToList();
        CollectionAssert.AreEqual(
            steps.Select(step => ("step/loss", (long)step.Step, (float)step.Loss)).ToArray(),
            values.Where(value => value.Tag == "step/loss").ToArray());
        CollectionAssert.AreEqual(
            steps.Select(step => (float)step.LearningRate).ToArray(),
            values.Where(value => value.Tag == "step/learning_rate").Select(value => value.Value).ToArray());
        Assert.IsTrue(values.Where(value => value.Tag == "step/gradient_norm").All(value => value.Value > 0));
        foreach (var tag in new[] { "epoch/training_loss", "epoch/validation_accuracy" })
            CollectionAssert.AreEqual(new long[] { 1, 2 }, values.Where(value => value.Tag == tag).Select(value => value.Step).ToArray());
    }

    // A record is its length, a checksum, the event, a checksum.
    private static IEnumerable<(string Tag, long Step, float Value)> Scalars(string path)
    {
        var bytes = File.ReadAllBytes(path);
        for (var at = 0; at < bytes.Length;)
        {
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));
            var record = Tensorboard.Event.Parser.ParseFrom(bytes, at + 12, length);
            at += 16 + length;
            foreach (var value in record.Summary?.Value ?? [])
                yield return (value.Tag, record.Step, value.SimpleValue);
        }
    }
}
