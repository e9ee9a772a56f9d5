using GardenerML.Samples.Motion;
using GardenerML.Video;
using Microsoft.ML;

namespace GardenerML.Samples.Reproduction;

/// <summary>The clips of the experiment.</summary>
/// <param name="Training">Clips to fine-tune on.</param>
/// <param name="Test">Clips to measure on.</param>
/// <param name="Description">What they are, in words.</param>
internal sealed record ReproductionData(IDataView Training, IDataView Test, string Description)
{
    /// <summary>Frames of a made clip.</summary>
    public const int MadeFrames = 16;

    private const int TrainingClips = 40;
    private const int TestClips = 100;
    private const int Groups = 10;

    /// <summary>
    /// Made videos that only motion tells apart, hard ones: few to train on, as in fine-tuning, and enough others to measure on.
    /// </summary>
    /// <param name="context">Makes the views.</param>
    /// <param name="folder">Where the videos go, or are already.</param>
    /// <param name="progress">Told the share of videos made.</param>
    /// <param name="cancellation">Stops the making.</param>
    public static ReproductionData Made(MLContext context, string folder, IProgress<double> progress, CancellationToken cancellation)
    {
        var options = new MotionDatasetOptions { Difficulty = MotionDifficulty.Hard, Groups = Groups, FrameCount = MadeFrames };
        var training = MotionDataset.Create(
            Path.Combine(folder, "training"), options with { ClipsPerGroup = TrainingClips / Groups }, progress, cancellation);
        var test = MotionDataset.Create(
            Path.Combine(folder, "test"), options with { Seed = options.Seed + 1, ClipsPerGroup = TestClips / Groups }, progress, cancellation);
        return new ReproductionData(
            Ucf101.Load(context, training.Folder, subset: Ucf101Subset.All), Ucf101.Load(context, test.Folder, subset: Ucf101Subset.All),
            $"made motion clips ({options.Difficulty.ToString().ToLowerInvariant()}; {training.ClassNames.Count} classes, "
            + $"{TrainingClips} training and {TestClips} test clips each)");
    }

    /// <summary>The same clips as a clip column and a key.</summary>
    /// <param name="context">Makes the steps.</param>
    /// <param name="loading">How clips are read.</param>
    public (IDataView Training, IDataView Test) Load(MLContext context, VideoLoadingOptions loading)
    {
        var steps = context.Transforms.Conversion.MapValueToKey("Label")
            .Append(context.Transforms.LoadVideo(options: loading))
            .Fit(Training);
        return (steps.Transform(Training), steps.Transform(Test));
    }
}
