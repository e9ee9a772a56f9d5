using System.Globalization;
using System.Text;
using GardenerML.Checkpoints;
using TorchSharp;
using TorchSharp.Modules;

namespace GardenerML.Training;

/// <summary>Writes <c>history.csv</c> and TensorBoard event files.</summary>
internal sealed class TrainingLog
{
    /// <summary>The name of the file that has a row an epoch.</summary>
    public const string HistoryFile = "history.csv";

    /// <summary>Its first line.</summary>
    public const string HistoryHeader = "epoch,training_loss,training_accuracy,learning_rate,validation_loss,validation_accuracy,"
        + "validation_mean_class_recall,clips_per_second";

    private readonly string _folder;
    private readonly SummaryWriter _events;

    /// <summary>Makes the folder and an event file.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="position">Where the run stands; of a run that goes on, the history is written again.</param>
    public TrainingLog(string folder, TrainingPosition position)
    {
        Directory.CreateDirectory(folder);
        _folder = folder;
        _events = torch.utils.tensorboard.SummaryWriter(folder);
        WriteHistory(position);
    }

    /// <summary>Tells of a step.</summary>
    public void Step(int step, double loss, double rate, double gradientNorm)
    {
        _events.add_scalar("step/loss", (float)loss, step);
        _events.add_scalar("step/learning_rate", (float)rate, step);
        _events.add_scalar("step/gradient_norm", (float)gradientNorm, step);
    }

    /// <summary>Tells of an epoch.</summary>
    public void Epoch(TrainingPosition position, EpochMetrics metrics)
    {
        WriteHistory(position);
        Add("training_loss", metrics.TrainingLoss);
        Add("training_accuracy", metrics.TrainingAccuracy);
        if (metrics.Validation is not { } validation)
            return;
        Add("validation_loss", validation.Loss);
        Add("validation_accuracy", validation.Accuracy);
        Add("validation_mean_class_recall", validation.MeanClassRecall);

        void Add(string name, double value)
        {
            // Pretraining has no accuracies.
            if (!double.IsNaN(value))
                _events.add_scalar("epoch/" + name, (float)value, metrics.Epoch);
        }
    }

    // Written whole: a run that is killed leaves no half row, and one that goes on no row twice.
    private void WriteHistory(TrainingPosition position)
    {
        var text = new StringBuilder(HistoryHeader).Append('\n');
        foreach (var epoch in position.History)
            text.AppendJoin(',', new object?[]
            {
                epoch.Epoch, epoch.TrainingLoss, epoch.TrainingAccuracy, epoch.LearningRate, epoch.Validation?.Loss,
                epoch.Validation?.Accuracy, epoch.Validation?.MeanClassRecall, epoch.ClipsPerSecond,
            }.Select(value => value is double.NaN ? "" : Convert.ToString(value, CultureInfo.InvariantCulture))).Append('\n');
        AtomicFile.Write(Path.Combine(_folder, HistoryFile), stream => stream.Write(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
