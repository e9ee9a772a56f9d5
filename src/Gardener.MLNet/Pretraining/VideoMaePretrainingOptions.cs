using GardenerML.Training;
using GardenerML.VideoMae;

namespace GardenerML.Pretraining;

/// <summary>What a <see cref="VideoMaePretrainer"/> trains, on what, and how. Immutable.</summary>
/// <remarks>
/// Defaults that differ from those of training with labels: AdamW's second decay 0.95 as in VideoMAE, batches of 64, learning
/// rate 1e-3, 100 epochs, a tenth of the epochs but at most 10 of warm-up, clips cropped and mirrored. A small set wants hundreds of
/// epochs or more: VideoMAE's authors take 3,200 for the 9,537 clips of UCF101.
/// </remarks>
public sealed record VideoMaePretrainingOptions : VideoTrainingOptions
{
    /// <summary>Makes the defaults.</summary>
    public VideoMaePretrainingOptions()
    {
        Epochs = 100;
        BatchSize = 64;
        LearningRate = 1e-3;
        Beta2 = 0.95;
        Augmentation = ClipAugmentation.Pretraining;
    }

    /// <summary>
    /// Share of the patches of a frame that is hidden, in all frames of a clip alike, rounded down to whole patches; in (0, 1).
    /// VideoMAE takes 0.9, and 0.75 for UCF101.
    /// </summary>
    public double MaskRatio { get; init; } = 0.9;

    /// <summary>
    /// The decoder of a model that has none yet; null for <see cref="VideoMaeDecoderConfiguration.For"/> the encoder. A checkpoint of
    /// pretraining brings its own.
    /// </summary>
    public VideoMaeDecoderConfiguration? Decoder { get; init; }

    /// <summary>Name of the column of features that the fitted encoder adds: the mean over its tokens.</summary>
    public string FeatureColumnName { get; init; } = "Features";

    /// <summary>
    /// The recipe of VideoMAE (arXiv 2203.12602, MCG-NJU/VideoMAE): 800 epochs, 40 of them warm-up, learning rate 1.5e-4 times
    /// batch / 256.
    /// </summary>
    public static VideoMaePretrainingOptions VideoMae { get; } = new()
    {
        Epochs = 800,
        WarmupEpochs = 40,
        LearningRate = 1.5e-4,
        ScaleLearningRate = true,
    };

    /// <inheritdoc/>
    private protected override double DefaultWarmupEpochs => Math.Min(10, Epochs / 10.0);

    /// <inheritdoc/>
    internal override void Validate()
    {
        base.Validate();
        if (!(MaskRatio > 0 && MaskRatio < 1))
            throw new ArgumentException($"{nameof(MaskRatio)} is {MaskRatio}; it must be in (0, 1).");
        ValidateDecoder();
        Require.NotEmpty(FeatureColumnName, nameof(FeatureColumnName));
        if (Augmentation.MixesClips)
            throw new ArgumentException($"{nameof(Augmentation)} mixes clips, which only training with labels can; set Mixup and CutMix to 0.");
    }

    private void ValidateDecoder()
    {
        try
        {
            Decoder?.AsBlocks(new VideoMaeConfiguration()).Validate();
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException($"{nameof(Decoder)}: {e.Message}", e);
        }
    }
}
