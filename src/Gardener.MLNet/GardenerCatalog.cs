using GardenerML.Pretraining;
using GardenerML.Pruning;
using GardenerML.Training;

namespace Microsoft.ML;

/// <summary>Gardener's estimators in the catalogs of an <see cref="MLContext"/>.</summary>
public static class GardenerCatalog
{
    /// <summary>Plans which blocks of a checkpoint are removed before fine-tuning, from their weights alone.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="ratio">The share of blocks to remove, in [0, 1).</param>
    /// <param name="checkpoint">
    /// The checkpoint: a file, a folder, a model zip or a Hugging Face id; null for <c>videomae-tiny</c>, which is in this library.
    /// </param>
    public static PruningEstimator GardenerPrune(
        this TransformsCatalog catalog, double ratio = 0.25, string? checkpoint = null) =>
        catalog.GardenerPrune(new PruningOptions { Ratio = ratio, Checkpoint = checkpoint });

    /// <summary>Plans which blocks of a checkpoint are removed before fine-tuning, from their weights alone.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="options">All options.</param>
    public static PruningEstimator GardenerPrune(this TransformsCatalog catalog, PruningOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new PruningEstimator(((Data.IInternalCatalog)catalog).Environment, options);
    }

    /// <summary>Pretrains a VideoMAE on clips without labels, by masking; the fitted transformer adds the encoder's features.</summary>
    /// <param name="catalog">The transforms catalog.</param>
    /// <param name="options">All options; the geometry of a new model or a checkpoint must be named.</param>
    public static VideoMaePretrainer PretrainVideoMae(this TransformsCatalog catalog, VideoMaePretrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new VideoMaePretrainer(((Data.IInternalCatalog)catalog).Environment, options);
    }

    /// <summary>Fine-tunes a VideoMAE checkpoint to label clips.</summary>
    /// <param name="catalog">The catalog of multiclass trainers.</param>
    /// <param name="labelColumnName">Name of the label column, a key.</param>
    /// <param name="videoColumnName">Name of the column of clips.</param>
    /// <param name="checkpoint">
    /// The checkpoint to start from when there is no GardenerPrune before it; null for <c>videomae-tiny</c>, which is in this library.
    /// </param>
    public static VideoClassifierTrainer VideoClassifier(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = "Label",
        string videoColumnName = "Video",
        string? checkpoint = null) =>
        catalog.VideoClassifier(new VideoClassifierOptions
        {
            LabelColumnName = labelColumnName,
            VideoColumnName = videoColumnName,
            Checkpoint = checkpoint,
        });

    /// <summary>Fine-tunes a VideoMAE checkpoint to label clips.</summary>
    /// <param name="catalog">The catalog of multiclass trainers.</param>
    /// <param name="options">All options.</param>
    public static VideoClassifierTrainer VideoClassifier(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, VideoClassifierOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new VideoClassifierTrainer(((Data.IInternalCatalog)catalog).Environment, options);
    }
}
