using GardenerML.Samples.CommandLine;
using GardenerML.Samples.Recipes;
using GardenerML.Training;
using GardenerML.Video;
using GardenerML.VideoMae;

namespace GardenerML.Samples.Quickstart;

/// <summary>Which clips the quickstart reads, which model it trains, and for how long.</summary>
/// <param name="Loading">How clips are read for training.</param>
/// <param name="Training">How the whole model is trained.</param>
/// <param name="PrunedEpochs">Epochs of fine-tuning after pruning.</param>
internal sealed record QuickstartRecipe(VideoLoadingOptions Loading, VideoClassifierOptions Training, int PrunedEpochs)
{
    /// <summary>
    /// How the pruned model is fine-tuned. What is left of a model that was just trained needs smaller steps than random weights.
    /// </summary>
    public VideoClassifierOptions FineTuning => RecipeOptions.WithEpochs(Training, PrunedEpochs) with
    {
        Checkpoint = null,
        NewModel = null,
        LearningRate = Training.NewModel is null ? Training.LearningRate : Training.LearningRate / 2,
    };

    /// <summary>Made clips, small frames, a small model from random weights: learns motion in about a minute on two cores.</summary>
    public static QuickstartRecipe MadeMotion { get; } = new(
        new VideoLoadingOptions { FrameCount = 8, SamplingRate = 2, Size = 32 },
        new VideoClassifierOptions
        {
            NewModel = new VideoMaeConfiguration { PatchSize = 8, Width = 96, BlockCount = 6, HeadCount = 3, MlpWidth = 384 },
            Epochs = 8,
            BatchSize = 32,
            LearningRate = 2e-3,
        },
        PrunedEpochs: 3);

    /// <summary>A folder of real videos, no checkpoint: a small model from random weights.</summary>
    public static QuickstartRecipe RealVideos { get; } = new(
        new VideoLoadingOptions { FrameCount = 8, SamplingRate = 4, Size = 64, Sampling = FrameSampling.RandomStart },
        new VideoClassifierOptions
        {
            NewModel = new VideoMaeConfiguration { Width = 128, BlockCount = 12, HeadCount = 4, MlpWidth = 512 },
            Epochs = 15,
            BatchSize = 16,
            LearningRate = 1e-3,
            LabelSmoothing = 0.1,
        },
        PrunedEpochs: 5);

    /// <summary>A checkpoint: its own frames and size.</summary>
    public static QuickstartRecipe FromCheckpoint(string path)
    {
        var recipe = FineTuningRecipe.For(path);
        return new QuickstartRecipe(
            recipe.Loading, recipe.Training with { Checkpoint = path }, PrunedEpochs: recipe.Training.Epochs);
    }
}
