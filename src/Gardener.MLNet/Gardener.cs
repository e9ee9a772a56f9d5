using GardenerML.Pruning;
using GardenerML.Training;
using Microsoft.ML;

namespace GardenerML;

/// <summary>
/// The steps of a pipeline without an MLContext at hand: <c>using static GardenerML.Gardener;</c>. The same estimators are
/// extension methods of the catalogs of an <see cref="MLContext"/>, which then gives them its seed, log and progress.
/// </summary>
public static class Gardener
{
    /// <summary>Plans which blocks of a checkpoint are removed before fine-tuning, from their weights alone.</summary>
    /// <param name="ratio">The share of blocks to remove, in [0, 1).</param>
    /// <param name="checkpoint">The checkpoint: a file or folder.</param>
    /// <param name="criterion">What decides which blocks go first; null for the entropy of the weights.</param>
    /// <param name="mlContext">Whose log is written to; null for none.</param>
    public static PruningEstimator Prune(
        double ratio = 0.25, string? checkpoint = null, PruningCriterion? criterion = null, MLContext? mlContext = null) =>
        Prune(
            new PruningOptions { Ratio = ratio, Checkpoint = checkpoint, Criterion = criterion ?? PruningCriterion.Entropy },
            mlContext);

    /// <summary>Plans which blocks of a checkpoint are removed before fine-tuning, from their weights alone.</summary>
    /// <param name="options">All options.</param>
    /// <param name="mlContext">Whose log is written to; null for none.</param>
    public static PruningEstimator Prune(PruningOptions options, MLContext? mlContext = null) =>
        new(mlContext ?? new MLContext(), options);

    /// <summary>Fine-tunes the checkpoint that a <c>Prune</c> before it names, or one of its own options.</summary>
    /// <param name="options">All options; null for the defaults.</param>
    /// <param name="mlContext">Whose seed, log and progress are used; null for none.</param>
    public static VideoClassifierTrainer VideoClassifier(VideoClassifierOptions? options = null, MLContext? mlContext = null) =>
        new(mlContext ?? new MLContext(), options ?? new VideoClassifierOptions());
}
