using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GardenerML.VideoMae;

/// <summary>The decoder of masked pretraining: transformer blocks, a norm, and a linear layer to pixels.</summary>
internal sealed class VideoMaeDecoder : nn.Module
{
    private readonly TransformerBlock[] _blocks;
    private readonly LayerNorm _norm;

    public VideoMaeDecoder(VideoMaeConfiguration configuration, Device device)
        : base(nameof(VideoMaeDecoder))
    {
        _blocks = new TransformerBlock[configuration.BlockCount];
        for (var i = 0; i < _blocks.Length; i++)
            _blocks[i] = new TransformerBlock(configuration, device);
        register_module("blocks", nn.ModuleList(_blocks));
        _norm = nn.LayerNorm(configuration.Width, configuration.LayerNormEpsilon, device: device);
        register_module("norm", _norm);
        Head = new Projection([configuration.TubeletPixelCount, configuration.Width], hasBias: true, device);
        register_module("head", Head);
    }

    public Projection Head { get; }

    /// <summary>Tokens [B, n, width] -> pixels of the last <paramref name="count"/>: [B, count, pixels of a tubelet].</summary>
    public Tensor Forward(Tensor tokens, long count)
    {
        using var scope = NewDisposeScope();
        foreach (var block in _blocks)
            tokens = block.forward(tokens);
        return Head.forward(_norm.forward(tokens.narrow(1, tokens.shape[1] - count, count))).MoveToOuterDisposeScope();
    }
}
