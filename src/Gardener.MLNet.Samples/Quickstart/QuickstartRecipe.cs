using GardenerML.Samples.Motion;
using GardenerML.Samples.Recipes;
using GardenerML.Training;
using GardenerML.Video;

namespace GardenerML.Samples.Quickstart;

/// <summary>How the quickstart fine-tunes a checkpoint, so that a small one takes about two minutes on two cores.</summary>
internal static class QuickstartRecipe
{
    /// <summary>
    /// Made videos: eight classes that only motion tells apart, few to train on, and as many others to measure on. Looks are hard, so
    /// that nothing but a model that has learnt motion before finds it in so few.
    /// </summary>
    public static MotionDatasetOptions MadeVideos { get; } = new() { Difficulty = MotionDifficulty.Hard, Groups = 2, ClipsPerGroup = 40 };

    /// <summary>For the made videos. Nothing is cropped or mirrored: left and right are different classes.</summary>
    public static FineTuningRecipe ForMotions(string checkpoint)
    {
        var recipe = FineTuningRecipe.For(checkpoint);
        return new FineTuningRecipe(
            recipe.Loading with
            {
                // A clip is as long as its video.
                SamplingRate = Math.Max(1, MadeVideos.FrameCount / recipe.Loading.FrameCount),
                Sampling = FrameSampling.First,
            },
            recipe.Training with { Epochs = 6, LearningRate = 2e-4, LayerDecay = 0.75 });
    }

    /// <summary>For a folder of real videos.</summary>
    public static FineTuningRecipe ForVideos(string checkpoint)
    {
        var recipe = FineTuningRecipe.For(checkpoint);
        return recipe with
        {
            Training = recipe.Training with
            {
                Epochs = 15,
                LearningRate = 1e-3,
                LabelSmoothing = 0.1,
                Augmentation = new ClipAugmentation { MinimumCropArea = 0.5, HorizontalFlip = 0.5 },
            },
        };
    }
}
