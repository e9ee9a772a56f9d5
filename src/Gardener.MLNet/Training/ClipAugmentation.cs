namespace GardenerML.Training;

/// <summary>
/// What is done to training clips at random before the model sees them. All frames of a clip are treated alike. Immutable; by
/// default nothing is done.
/// </summary>
public sealed record ClipAugmentation
{
    /// <summary>Nothing.</summary>
    public static ClipAugmentation None { get; } = new();

    /// <summary>
    /// What MCG-NJU/VideoMAE does when it fine-tunes: RandAugment (m7, n4, mstd0.5, inc1), random resized crop, mirroring, erasing
    /// 0.25, mixup 0.8, cutmix 1. Clips are mirrored: set <see cref="HorizontalFlip"/> to 0 where left and right are different
    /// classes.
    /// </summary>
    public static ClipAugmentation VideoMae { get; } = new()
    {
        RandAugmentOperations = 4,
        MinimumCropArea = 0.08,
        HorizontalFlip = 0.5,
        Erasing = 0.25,
        Mixup = 0.8,
        CutMix = 1,
    };

    /// <summary>
    /// What masked pretraining does: crops of 0.44 to 1 of the frame, as MCG-NJU/VideoMAE's multi-scale crop (sides 0.66 to 1),
    /// and mirroring.
    /// </summary>
    public static ClipAugmentation Pretraining { get; } = new() { MinimumCropArea = 0.44, HorizontalFlip = 0.5 };

    /// <summary>
    /// Operations of RandAugment (arXiv 1909.13719) that are drawn for a clip, each then done with probability 1/2; 0 for none.
    /// </summary>
    /// <remarks>The 15 operations of timm's <c>rand-...-inc1</c>; images are resampled bilinearly there and here.</remarks>
    public int RandAugmentOperations { get; init; }

    /// <summary>Mean strength of RandAugment's operations; in [0, 10].</summary>
    public double RandAugmentMagnitude { get; init; } = 7;

    /// <summary>Standard deviation of the strength, which is normal and cut off to [0, 10]; at least 0.</summary>
    public double RandAugmentDeviation { get; init; } = 0.5;

    /// <summary>
    /// Smallest share of the frame's area that a random crop has, which is then resized to the whole frame; 1 for no cropping. In
    /// (0, 1].
    /// </summary>
    public double MinimumCropArea { get; init; } = 1;

    /// <summary>Largest ratio of a crop's sides, either way; at least 1.</summary>
    public double MaximumCropAspect { get; init; } = 4 / 3.0;

    /// <summary>
    /// Probability with which a clip is mirrored; in [0, 1]. Leave it 0 where direction matters: left, right, clockwise.
    /// </summary>
    public double HorizontalFlip { get; init; }

    /// <summary>
    /// Probability with which a rectangle of a clip is filled with noise (arXiv 1708.04896): 2% to a third of the frame, the same
    /// place in all frames; in [0, 1].
    /// </summary>
    public double Erasing { get; init; }

    /// <summary>
    /// Mixes each clip and its label with another of the batch (arXiv 1710.09412), by a share from the distribution
    /// Beta(a, a), one for the batch; 0 for no mixing. At least 0.
    /// </summary>
    public double Mixup { get; init; }

    /// <summary>
    /// Pastes a rectangle of another clip of the batch over each clip, and mixes the labels by area (arXiv 1905.04899), the
    /// share from Beta(a, a), one for the batch; 0 for none. At least 0. Together with <see cref="Mixup"/>, each batch has one of the
    /// two, with probability 1/2.
    /// </summary>
    public double CutMix { get; init; }

    /// <summary>Whether anything is done to the clips by themselves.</summary>
    internal bool ChangesClips => RandAugmentOperations > 0 || MinimumCropArea < 1 || HorizontalFlip > 0 || Erasing > 0;

    /// <summary>Whether clips are mixed with others.</summary>
    internal bool MixesClips => Mixup > 0 || CutMix > 0;

    /// <summary>Checks every number.</summary>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal void Validate()
    {
        const string Prefix = nameof(VideoClassifierOptions.Augmentation) + ".";
        Require.Between(RandAugmentOperations, 0, 100, Prefix + nameof(RandAugmentOperations));
        Require.Between(RandAugmentMagnitude, 0, 10, Prefix + nameof(RandAugmentMagnitude));
        Require.NotNegative(RandAugmentDeviation, Prefix + nameof(RandAugmentDeviation));
        if (!(MinimumCropArea > 0 && MinimumCropArea <= 1))
            throw new ArgumentException($"{Prefix}{nameof(MinimumCropArea)} is {MinimumCropArea}; it must be in (0, 1].");
        Require.Between(MaximumCropAspect, 1, 100, Prefix + nameof(MaximumCropAspect));
        Require.Between(HorizontalFlip, 0, 1, Prefix + nameof(HorizontalFlip));
        Require.Between(Erasing, 0, 1, Prefix + nameof(Erasing));
        Require.NotNegative(Mixup, Prefix + nameof(Mixup));
        Require.NotNegative(CutMix, Prefix + nameof(CutMix));
    }
}
