using GardenerML.VideoMae;

namespace GardenerML.Benchmarks.LearningCurves;

/// <summary>One training.</summary>
/// <param name="Start">What it starts from: "random", or the name of a checkpoint.</param>
/// <param name="Ratio">The share of blocks that is wanted removed.</param>
/// <param name="Removed">How many are removed.</param>
/// <param name="Blocks">Of how many.</param>
/// <param name="Seed">The seed of order, head and, without a checkpoint, weights.</param>
/// <param name="Epochs">Passes over the training clips.</param>
/// <param name="LearningRate">The highest learning rate.</param>
/// <param name="Geometry">Frames, size and widths of the model, by <see cref="GeometryOf"/>.</param>
/// <param name="Weights">Which weights it starts from: a part of the checkpoint's hash, or "random".</param>
internal sealed record LearningRun(
    string Start, double Ratio, int Removed, int Blocks, int Seed, int Epochs, double LearningRate, string Geometry, string Weights)
{
    public const string FromRandom = "random";

    /// <summary>A name for a folder.</summary>
    public string Name => FormattableString.Invariant($"{Start}-{Removed}of{Blocks}-seed{Seed}-{Epochs}epochs-{LearningRate}-{Geometry}-{Weights}");

    /// <summary>A geometry but for its blocks, as part of a name: frames x size, width, heads, MLP, tubelet x patch.</summary>
    public static string GeometryOf(VideoMaeConfiguration model) =>
        $"{model.FrameCount}x{model.ImageSize}-w{model.Width}h{model.HeadCount}m{model.MlpWidth}-t{model.TubeletSize}x{model.PatchSize}";
}
