namespace GardenerML.Training;

/// <summary>What one pass over the training clips gave.</summary>
/// <param name="Epoch">The epoch's number, from 1.</param>
/// <param name="EpochCount">How many there will be.</param>
/// <param name="TrainingLoss">Mean cross entropy over the clips of the epoch, in nats.</param>
/// <param name="TrainingAccuracy">Share of clips whose highest score was their label's, while training.</param>
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
    double ClipsPerSecond);
