namespace GardenerML.Training;

/// <summary>What one pass over the training clips gave.</summary>
/// <param name="Epoch">The epoch's number, from 1.</param>
/// <param name="EpochCount">How many there will be.</param>
/// <param name="TrainingLoss">
/// Mean loss over the clips of the epoch: the cross entropy in nats, or in masked pretraining the squared error of the masked
/// pixels.
/// </param>
/// <param name="TrainingAccuracy">
/// Share of clips whose highest score was their label's, while training; NaN in masked pretraining, which has no labels.
/// </param>
/// <param name="LearningRate">The learning rate of the last step.</param>
/// <param name="Validation">What the validation clips gave; null when there are none.</param>
/// <param name="ClipsPerSecond">Training clips per second, decoding included, validation not.</param>
public sealed record EpochMetrics(
    int Epoch,
    int EpochCount,
    double TrainingLoss,
    double TrainingAccuracy,
    double LearningRate,
    ClipSetMetrics? Validation,
    double ClipsPerSecond)
{
    /// <summary>The epoch in a line, for logs.</summary>
    internal string Summary
    {
        get
        {
            var validation = Validation is { } v ? $", validation {Known(v.Accuracy, "accuracy") ?? $"loss {v.Loss:0.0000}"}" : "";
            var training = Known(TrainingAccuracy, "training accuracy") is { } accuracy ? ", " + accuracy : "";
            return $"Epoch {Epoch} of {EpochCount}: loss {TrainingLoss:0.0000}{training}{validation}, {ClipsPerSecond:0} clips/s.";

            static string? Known(double value, string name) => double.IsNaN(value) ? null : $"{name} {value:0.000}";
        }
    }
}
