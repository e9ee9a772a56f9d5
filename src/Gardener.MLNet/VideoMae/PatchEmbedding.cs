using static TorchSharp.torch;

namespace GardenerML.VideoMae;

/// <summary>
/// Cuts a clip into tubelets and projects each to a token: a Conv3d whose kernel equals its stride, written as the one matrix
/// product that it is.
/// </summary>
internal sealed class PatchEmbedding : nn.Module<Tensor, Tensor>
{
    private readonly VideoMaeConfiguration _configuration;
    private readonly Projection _proj;

    public PatchEmbedding(VideoMaeConfiguration configuration, Device device)
        : base(nameof(PatchEmbedding))
    {
        _configuration = configuration;
        int patch = configuration.PatchSize, tubelet = configuration.TubeletSize;
        _proj = new Projection([configuration.Width, 3, tubelet, patch, patch], hasBias: true, device);
        register_module("proj", _proj);
    }

    internal Projection Projection => _proj;

    /// <summary>[B, 3, T, H, W] -> [B, tokens, width], tokens in (time, row, column) order.</summary>
    public override Tensor forward(Tensor clips)
    {
        using var scope = NewDisposeScope();
        return _proj.forward(Unfold(clips, _configuration)).MoveToOuterDisposeScope();
    }

    /// <summary>[B, 3, T, H, W] -> [B, tokens, 3 * tubelet * patch * patch], each row one tubelet in kernel order.</summary>
    internal static Tensor Unfold(Tensor clips, VideoMaeConfiguration configuration)
    {
        int patch = configuration.PatchSize, tubelet = configuration.TubeletSize, side = configuration.PatchesPerSide;
        return clips
            .view(-1, 3, configuration.TimeSteps, tubelet, side, patch, side, patch)
            .permute(0, 2, 4, 6, 1, 3, 5, 7)
            .reshape(-1, configuration.TokenCount, configuration.TubeletPixelCount);
    }
}
