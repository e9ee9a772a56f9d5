using System.Globalization;
using System.Text;
using GardenerML.Checkpoints;
using TorchSharp;
using TorchSharp.Modules;

namespace GardenerML.Training;

/// <summary>Writes <c>history.csv</c> and TensorBoard event files.</summary>
internal sealed class TrainingLog
{
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
        _events.add_scalar("epoch/training_loss", (float)metrics.TrainingLoss, metrics.Epoch);
        _events.add_scalar("epoch/training_accuracy", (float)metrics.TrainingAccuracy, metrics.Epoch);
        if (metrics.Validation is not { } validation)
            return;
        _events.add_scalar("epoch/validation_loss", (float)validation.Loss, metrics.Epoch);
        _events.add_scalar("epoch/validation_accuracy", (float)validation.Accuracy, metrics.Epoch);
        _events.add_scalar("epoch/validation_mean_class_recall", (float)validation.MeanClassRecall, metrics.Epoch);
    }

    // Written whole: a run that is killed leaves no half row, and one that goes on no row twice.
    private void WriteHistory(TrainingPosition position)
    {
        var text = new StringBuilder("epoch,training_loss,training_accuracy,learning_rate,validation_loss,validation_accuracy,"
            + "validation_mean_class_recall,clips_per_second\n");
        foreach (var epoch in position.History)
            text.AppendJoin(',', new object?[]
            {
                epoch.Epoch, epoch.TrainingLoss, epoch.TrainingAccuracy, epoch.LearningRate, epoch.Validation?.Loss,
                epoch.Validation?.Accuracy, epoch.Validation?.MeanClassRecall, epoch.ClipsPerSecond,
            }.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture))).Append('\n');
        AtomicFile.Write(Path.Combine(_folder, "history.csv"), stream => stream.Write(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
