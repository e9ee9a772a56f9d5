using GardenerML.Pretraining;
using GardenerML.Pruning;
using GardenerML.Sensitivity;
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
    /// <param name="checkpoint">
    /// The checkpoint: a file, a folder, a model zip or a Hugging Face id; null for <c>videomae-tiny</c>, which is in this library.
    /// </param>
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

    /// <summary>Plans which blocks of a checkpoint are removed, outside a pipeline and for other transformers too.</summary>
    /// <param name="options">All options.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <exception cref="ArgumentException">
    /// An option is out of range, or the target cannot be reached; the message names what can.
    /// </exception>
    /// <exception cref="InvalidOperationException">A BlockPattern is given without a checkpoint.</exception>
    /// <exception cref="Checkpoints.CheckpointException">The checkpoint cannot be used.</exception>
    /// <example>
    /// <code>
    /// var plan = PlanPruning(new() { Checkpoint = "vit.safetensors", BlockPattern = "encoder.layer.{i}.", Ratio = 0.25 });
    /// plan.SaveCheckpoint("pruned.safetensors");
    /// </code>
    /// </example>
    public static PruningPlan PlanPruning(PruningOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return PruningPlanner.Make(options, null, cancellationToken);
    }

    /// <summary>Scores the blocks of a VideoMAE checkpoint by their weights.</summary>
    /// <param name="checkpoint">The checkpoint: a file, a folder, or the id of a Hugging Face model.</param>
    /// <param name="criterion">The criterion; null for the entropy of the weights.</param>
    /// <param name="weights">The weights that are looked at.</param>
    /// <param name="allStatistics">Whether to compute all statistics, not only those that the criterion needs.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <exception cref="Checkpoints.CheckpointException">The checkpoint cannot be used.</exception>
    public static BlockScores Score(
        string checkpoint,
        PruningCriterion? criterion = null,
        WeightSet weights = WeightSet.Matrices,
        bool allStatistics = false,
        CancellationToken cancellationToken = default)
    {
        BlockTensors.Check(weights, null);
        using var opened = Checkpoints.VideoMaeCheckpoint.Open(checkpoint);
        return BlockScores.Compute(
            BlockTensors.Of(opened, weights), criterion, allStatistics, cancellationToken: cancellationToken);
    }

    /// <summary>Scores the blocks of any transformer whose blocks are stacked under a numbered prefix.</summary>
    /// <param name="checkpoint">A safetensors file.</param>
    /// <param name="blockPattern">The prefix, with <c>{i}</c> for the block's number: <c>encoder.layer.{i}.</c></param>
    /// <param name="criterion">The criterion; null for the entropy of the weights.</param>
    /// <param name="weights"><see cref="WeightSet.Matrices"/> or <see cref="WeightSet.All"/>.</param>
    /// <param name="allStatistics">Whether to compute all statistics, not only those that the criterion needs.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <exception cref="ArgumentException">The pattern does not fit the names of the tensors.</exception>
    /// <exception cref="Checkpoints.CheckpointException">The file is not a valid safetensors file.</exception>
    public static BlockScores Score(
        string checkpoint,
        string blockPattern,
        PruningCriterion? criterion = null,
        WeightSet weights = WeightSet.Matrices,
        bool allStatistics = false,
        CancellationToken cancellationToken = default)
    {
        using var stacked = StackedCheckpoint.Open(checkpoint, blockPattern);
        return BlockScores.Compute(stacked.Weights(weights), criterion, allStatistics, cancellationToken: cancellationToken);
    }

    /// <summary>
    /// Fine-tunes the checkpoint that a <c>Prune</c> before it names, or one of its own options, or <c>videomae-tiny</c>.
    /// </summary>
    /// <param name="options">All options; null for the defaults.</param>
    /// <param name="mlContext">Whose seed, log and progress are used; null for none.</param>
    public static VideoClassifierTrainer VideoClassifier(VideoClassifierOptions? options = null, MLContext? mlContext = null) =>
        new(mlContext ?? new MLContext(), options ?? new VideoClassifierOptions());

    /// <summary>Pretrains a VideoMAE on clips without labels, by masking.</summary>
    /// <param name="options">All options; the geometry of a new model or a checkpoint must be named.</param>
    /// <param name="mlContext">Whose seed, log and progress are used; null for none.</param>
    public static VideoMaePretrainer VideoMaePretrainer(VideoMaePretrainingOptions options, MLContext? mlContext = null) =>
        new(mlContext ?? new MLContext(), options);

    /// <summary>
    /// Measures what the removal of each block costs in accuracy, with fine-tuning after each removal or without: the
    /// oracle that criteria are compared with. Its plan can be applied as any other, by <see cref="PruningOptions.Plan"/>.
    /// </summary>
    /// <param name="data">
    /// The clips that are measured on: a label column (a key) and a clip column, as LoadVideo makes it. To choose blocks
    /// by, take validation clips, not those that the final model is tested with.
    /// </param>
    /// <param name="options">The checkpoint, the training set and all else.</param>
    /// <param name="mlContext">Whose seed, log and progress are used; null for none.</param>
    /// <exception cref="ArgumentException">
    /// An option is out of range, a column is not there, or the target cannot be reached.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The head does not fit the classes, or the state folder is of other settings.
    /// </exception>
    /// <exception cref="Checkpoints.CheckpointException">The checkpoint cannot be used.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; finished runs are in the state folder.</exception>
    public static SensitivityResult MeasureSensitivity(IDataView data, SensitivityOptions options, MLContext? mlContext = null) =>
        SensitivityAnalysis.Run(mlContext ?? new MLContext(), data, options);
}
