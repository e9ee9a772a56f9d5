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
}
