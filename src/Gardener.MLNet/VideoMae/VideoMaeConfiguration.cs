namespace GardenerML.VideoMae;

/// <summary>
/// Geometry of a VideoMAE encoder and its classifier: everything but the weights. Immutable.
/// </summary>
/// <remarks>
/// Defaults are those of VideoMAE-Base at 16 frames of 224 x 224 pixels (arXiv 2203.12602, MCG-NJU/VideoMAE
/// <c>modeling_finetune.py</c>).
/// </remarks>
public sealed record VideoMaeConfiguration
{
    /// <summary>The most tokens of a clip. A file that states more is refused, so that it cannot make the process allocate without bound.</summary>
    public const int MaxTokenCount = 1 << 17;

    /// <summary>Height and width of a frame in pixels; a multiple of <see cref="PatchSize"/>.</summary>
    public int ImageSize { get; init; } = 224;

    /// <summary>Height and width of a patch in pixels.</summary>
    public int PatchSize { get; init; } = 16;

    /// <summary>Frames in a clip; a multiple of <see cref="TubeletSize"/>.</summary>
    public int FrameCount { get; init; } = 16;

    /// <summary>Frames that one token spans.</summary>
    public int TubeletSize { get; init; } = 2;

    /// <summary>Width of a token (the hidden size); a multiple of <see cref="HeadCount"/>.</summary>
    public int Width { get; init; } = 768;

    /// <summary>Number of transformer blocks.</summary>
    public int BlockCount { get; init; } = 12;

    /// <summary>Attention heads in a block.</summary>
    public int HeadCount { get; init; } = 12;

    /// <summary>Width of the hidden layer of a block's MLP.</summary>
    public int MlpWidth { get; init; } = 3072;

    /// <summary>Whether attention has bias vectors for query and value.</summary>
    public bool QueryValueBias { get; init; } = true;

    /// <summary>Whether attention has a bias vector for the key too. VideoMAE has none; fused ViT checkpoints may.</summary>
    public bool KeyBias { get; init; }

    /// <summary>Epsilon of the layer norms inside the blocks.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-6;

    /// <summary>Epsilon of the final norm before the head. Hugging Face's classifier uses 1e-5, MCG's 1e-6.</summary>
    public double FinalNormEpsilon { get; init; } = 1e-6;

    /// <summary>Outputs of the classification head; 0 for an encoder without a head.</summary>
    public int ClassCount { get; init; }

    /// <summary>Mean of each RGB channel that is subtracted after scaling to [0, 1].</summary>
    public ChannelValues Mean { get; init; } = ChannelValues.ImageNetMean;

    /// <summary>Standard deviation of each RGB channel that is divided by after scaling to [0, 1].</summary>
    public ChannelValues StandardDeviation { get; init; } = ChannelValues.ImageNetStandardDeviation;

    /// <summary>VideoMAE-Small: width 384, 12 blocks, 6 heads, 22 M parameters.</summary>
    public static VideoMaeConfiguration Small { get; } = new() { Width = 384, HeadCount = 6, MlpWidth = 1536 };

    /// <summary>VideoMAE-Base: width 768, 12 blocks, 12 heads, 86 M parameters.</summary>
    public static VideoMaeConfiguration Base { get; } = new();

    /// <summary>VideoMAE-Large: width 1024, 24 blocks, 16 heads, 303 M parameters.</summary>
    public static VideoMaeConfiguration Large { get; } =
        new() { Width = 1024, BlockCount = 24, HeadCount = 16, MlpWidth = 4096 };

    /// <summary>VideoMAE-Huge: width 1280, 32 blocks, 16 heads, 632 M parameters.</summary>
    public static VideoMaeConfiguration Huge { get; } =
        new() { Width = 1280, BlockCount = 32, HeadCount = 16, MlpWidth = 5120 };

    /// <summary>Tokens along time: <see cref="FrameCount"/> / <see cref="TubeletSize"/>.</summary>
    public int TimeSteps => FrameCount / TubeletSize;

    /// <summary>Patches along one side of a frame.</summary>
    public int PatchesPerSide => ImageSize / PatchSize;

    /// <summary>Tokens of a clip, in (time, row, column) order.</summary>
    public int TokenCount => TimeSteps * PatchesPerSide * PatchesPerSide;

    /// <summary>Values of one tubelet of pixels: channels x tubelet x patch x patch.</summary>
    public int TubeletPixelCount => 3 * TubeletSize * PatchSize * PatchSize;

    /// <summary>Checks that the numbers fit together.</summary>
    /// <exception cref="ArgumentException">A value is out of range or not a multiple of what it must be.</exception>
    public void Validate()
    {
        Positive(ImageSize, nameof(ImageSize));
        Positive(PatchSize, nameof(PatchSize));
        Positive(FrameCount, nameof(FrameCount));
        Positive(TubeletSize, nameof(TubeletSize));
        Positive(Width, nameof(Width));
        Positive(BlockCount, nameof(BlockCount));
        Positive(HeadCount, nameof(HeadCount));
        Positive(MlpWidth, nameof(MlpWidth));
        ArgumentOutOfRangeException.ThrowIfNegative(ClassCount);
        Multiple(ImageSize, nameof(ImageSize), PatchSize, nameof(PatchSize));
        Multiple(FrameCount, nameof(FrameCount), TubeletSize, nameof(TubeletSize));
        Multiple(Width, nameof(Width), HeadCount, nameof(HeadCount));
        var tokens = (long)TimeSteps * PatchesPerSide * PatchesPerSide;
        if (tokens > MaxTokenCount)
            throw new ArgumentException(
                $"{FrameCount} frames of {ImageSize} x {ImageSize} pixels are {tokens:N0} tokens; at most {MaxTokenCount:N0} are allowed.");
        if (!(LayerNormEpsilon > 0) || !(FinalNormEpsilon > 0))
            throw new ArgumentException("The epsilons of the layer norms must be above 0.");

        Finite(Mean, nameof(Mean));
        Finite(StandardDeviation, nameof(StandardDeviation));
        if (StandardDeviation is not { Red: > 0, Green: > 0, Blue: > 0 })
            throw new ArgumentException($"StandardDeviation is {StandardDeviation}; it must be above 0 in every channel.");

        static void Finite(ChannelValues values, string name)
        {
            if (!float.IsFinite(values.Red) || !float.IsFinite(values.Green) || !float.IsFinite(values.Blue))
                throw new ArgumentException($"{name} is {values}; every channel must be a finite number.");
        }

        static void Positive(int value, string name)
        {
            if (value < 1)
                throw new ArgumentException($"{name} is {value}; it must be at least 1.");
        }

        static void Multiple(int value, string name, int of, string ofName)
        {
            if (value % of != 0)
                throw new ArgumentException($"{name} is {value}; it must be a multiple of {ofName}, which is {of}.");
        }
    }
}
