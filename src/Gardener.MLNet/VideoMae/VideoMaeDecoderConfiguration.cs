namespace GardenerML.VideoMae;

/// <summary>
/// Geometry of the decoder that masked pretraining puts after the encoder, and that is thrown away afterwards. Immutable.
/// </summary>
/// <remarks>Defaults are those of VideoMAE-Base (arXiv 2203.12602).</remarks>
public sealed record VideoMaeDecoderConfiguration
{
    /// <summary>Width of a token; a multiple of <see cref="HeadCount"/>.</summary>
    public int Width { get; init; } = 384;

    /// <summary>Number of transformer blocks, at least 1.</summary>
    public int BlockCount { get; init; } = 4;

    /// <summary>Attention heads in a block.</summary>
    public int HeadCount { get; init; } = 6;

    /// <summary>Width of the hidden layer of a block's MLP.</summary>
    public int MlpWidth { get; init; } = 1536;

    /// <summary>
    /// The decoder that fits an encoder as VideoMAE's do: half as wide, with half the heads, and four times its width in the MLP.
    /// </summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="blockCount">Number of blocks.</param>
    public static VideoMaeDecoderConfiguration For(VideoMaeConfiguration encoder, int blockCount = 4)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        var heads = Math.Max(1, encoder.HeadCount / 2);
        var width = Math.Max(1, encoder.Width / 2 / heads) * heads;
        return new VideoMaeDecoderConfiguration { Width = width, BlockCount = blockCount, HeadCount = heads, MlpWidth = 4 * width };
    }

    /// <summary>The decoder's blocks as those of an encoder of this geometry.</summary>
    internal VideoMaeConfiguration AsBlocks(VideoMaeConfiguration encoder) => encoder with
    {
        Width = Width,
        BlockCount = BlockCount,
        HeadCount = HeadCount,
        MlpWidth = MlpWidth,
        ClassCount = 0,
    };
}
