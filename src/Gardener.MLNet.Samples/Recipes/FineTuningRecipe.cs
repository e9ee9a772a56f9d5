using GardenerML.Checkpoints;
using GardenerML.Training;
using GardenerML.Video;

namespace GardenerML.Samples.Recipes;

/// <summary>How a checkpoint is fine-tuned: which clips are read, and how the model learns from them.</summary>
/// <param name="Loading">How clips are read for training.</param>
/// <param name="Training">How the model is trained; it names no checkpoint.</param>
internal sealed record FineTuningRecipe(VideoLoadingOptions Loading, VideoClassifierOptions Training)
{
    /// <summary>The recipe for a checkpoint: its own frames and size.</summary>
    public static FineTuningRecipe For(string checkpoint)
    {
        using var opened = VideoMaeCheckpoint.Open(checkpoint);
        var configuration = opened.Configuration;
        return new FineTuningRecipe(
            new VideoLoadingOptions
            {
                FrameCount = configuration.FrameCount,
                Size = configuration.ImageSize,
                Sampling = FrameSampling.RandomStart,
            },
            new VideoClassifierOptions { Epochs = 10, LearningRate = 5e-4 });
    }

    /// <summary>The same with another number of epochs, batch size or learning rate; null leaves each as it is.</summary>
    public FineTuningRecipe With(int? epochs = null, int? batchSize = null, double? learningRate = null)
    {
        var rate = learningRate ?? Training.LearningRate;
        return this with
        {
            Training = Training with
            {
                Epochs = epochs ?? Training.Epochs,
                WarmupEpochs = Math.Min(Training.WarmupEpochs, epochs ?? Training.Epochs),
                BatchSize = batchSize ?? Training.BatchSize,
                LearningRate = rate,
                MinimumLearningRate = Math.Min(Training.MinimumLearningRate, rate),
            },
        };
    }
}
