namespace GardenerML.VideoMae;

/// <summary>What a model of some geometry costs: parameters to store, operations to score a clip.</summary>
/// <param name="Parameters">Number of trained scalars, head included.</param>
/// <param name="MultiplyAdds">Multiply-adds of the matrix products of one clip; the literature calls them FLOPs.</param>
public readonly record struct VideoMaeCost(long Parameters, long MultiplyAdds)
{
    /// <summary><see cref="MultiplyAdds"/> in units of 10^9, as the papers' GFLOPs columns.</summary>
    public double GigaFlops => MultiplyAdds / 1e9;

    /// <summary>
    /// Counts a model. With N tokens, width W and MLP width M, a block costs N (4 W^2 + 2 W M) + 2 N^2 W multiply-adds: the
    /// four projections of attention, the MLP, and the two products of attention.
    /// </summary>
    /// <param name="configuration">The model's geometry.</param>
    public static VideoMaeCost Of(VideoMaeConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        configuration.Validate();
        long tokens = configuration.TokenCount, width = configuration.Width, mlp = configuration.MlpWidth;
        long pixels = configuration.TubeletPixelCount, classes = configuration.ClassCount, blocks = configuration.BlockCount;

        var attentionBias = configuration.QueryValueBias ? (configuration.KeyBias ? 3 : 2) * width : 0;
        var block = 4 * width * width + attentionBias + width + 2 * width * mlp + mlp + width + 4 * width;
        var parameters = (pixels + 1) * width + blocks * block + 2 * width + (width + 1) * classes;

        var blockOperations = tokens * (4 * width * width + 2 * width * mlp) + 2 * tokens * tokens * width;
        var operations = tokens * pixels * width + blocks * blockOperations + width * classes;
        return new VideoMaeCost(parameters, operations);
    }
}
