using GardenerML.Interop;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GardenerML.VideoMae;

/// <summary>
/// VideoMAE as it is pretrained: the encoder sees the visible tokens only, the decoder fills in the masked ones. Parameter names
/// are the logical names of checkpoints.
/// </summary>
internal sealed class VideoMaePretrainingModel : nn.Module
{
    private readonly PatchEmbedding _patchEmbedding;
    private readonly TransformerBlock[] _blocks;
    private readonly LayerNorm _encoderNorm;
    private readonly Projection _encoderToDecoder;
    private readonly Parameter _maskToken;
    private readonly VideoMaeDecoder _decoder;
    private readonly Tensor _positions;
    private readonly Tensor _decoderPositions;

    /// <summary>Makes the model with all weights zero and norms one; load or initialise them before use.</summary>
    /// <param name="configuration">The encoder.</param>
    /// <param name="decoder">The decoder.</param>
    /// <param name="device">Where the weights lie.</param>
    /// <exception cref="ArgumentException">A configuration is not valid.</exception>
    public VideoMaePretrainingModel(VideoMaeConfiguration configuration, VideoMaeDecoderConfiguration decoder, Device device)
        : base(nameof(VideoMaePretrainingModel))
    {
        configuration.Validate();
        var decoderBlocks = decoder.AsBlocks(configuration);
        decoderBlocks.Validate();
        (Configuration, Decoder, Device) = (configuration, decoder, device);

        _patchEmbedding = new PatchEmbedding(configuration, device);
        register_module("patch_embed", _patchEmbedding);
        _blocks = new TransformerBlock[configuration.BlockCount];
        for (var i = 0; i < _blocks.Length; i++)
            _blocks[i] = new TransformerBlock(configuration, device);
        register_module("blocks", nn.ModuleList(_blocks));
        _encoderNorm = nn.LayerNorm(configuration.Width, configuration.LayerNormEpsilon, device: device);
        register_module("encoder", new NormHolder(_encoderNorm));
        _encoderToDecoder = new Projection([decoder.Width, configuration.Width], hasBias: false, device);
        register_module("encoder_to_decoder", _encoderToDecoder);
        _maskToken = new Parameter(zeros([1, 1, decoder.Width], device: device));
        register_parameter("mask_token", _maskToken);
        _decoder = new VideoMaeDecoder(decoderBlocks, device);
        register_module("decoder", _decoder);
        _positions = Positions(configuration.Width);
        _decoderPositions = Positions(decoder.Width);
        foreach (var parameter in parameters())
            parameter.DetachFromDisposeScope();

        Tensor Positions(int width)
        {
            using var scope = NewDisposeScope();
            return tensor(PositionTable.Compute(configuration.TokenCount, width)).reshape(configuration.TokenCount, width)
                .to(device, copy: true).DetachFromDisposeScope();
        }
    }

    /// <summary>The encoder's geometry.</summary>
    public VideoMaeConfiguration Configuration { get; }

    /// <summary>The decoder's geometry.</summary>
    public VideoMaeDecoderConfiguration Decoder { get; }

    /// <summary>Where the weights lie.</summary>
    public Device Device { get; }

    /// <summary>What matrix products are computed in, that of the decoder's head apart. Float32 or BFloat16.</summary>
    public ScalarType ComputeType
    {
        get => _patchEmbedding.Projection.ComputeType;
        set
        {
            foreach (var projection in modules().OfType<Projection>())
                projection.ComputeType = projection == _decoder.Head ? ScalarType.Float32 : value;
        }
    }

    /// <summary>Encodes some of the tubelets of clips, each at its own position.</summary>
    /// <param name="tubelets">Normalised pixels [B, n, pixels of a tubelet], in the order of <see cref="Tubelets.Cut"/>.</param>
    /// <param name="places">Which tubelets of the clip they are: [B, n], Int64.</param>
    /// <returns>[B, n, width], after the encoder's final norm.</returns>
    public Tensor Encode(Tensor tubelets, Tensor places)
    {
        using var scope = NewDisposeScope();
        var embedded = _patchEmbedding.Projection.forward(Tubelets.InKernelOrder(tubelets, Configuration));
        var tokens = embedded.Plus(Rows(_positions, places));
        foreach (var block in _blocks)
            tokens = block.forward(tokens);
        return _encoderNorm.forward(tokens).MoveToOuterDisposeScope();
    }

    /// <summary>Fills in masked tubelets from encoded visible ones.</summary>
    /// <param name="encoded">What <see cref="Encode"/> gives.</param>
    /// <param name="visible">The places of the encoded tubelets: [B, n], Int64.</param>
    /// <param name="masked">The places of those to fill in: [B, m], Int64.</param>
    /// <returns>Predicted pixels [B, m, pixels of a tubelet], normalised as <see cref="Tubelets.Normalise"/> does.</returns>
    public Tensor Decode(Tensor encoded, Tensor visible, Tensor masked)
    {
        using var scope = NewDisposeScope();
        var known = _encoderToDecoder.forward(encoded).Plus(Rows(_decoderPositions, visible));
        var unknown = Rows(_decoderPositions, masked).Plus(_maskToken);
        return _decoder.Forward(cat([known, unknown], 1), masked.shape[1]).MoveToOuterDisposeScope();
    }

    private static Tensor Rows(Tensor table, Tensor places) =>
        table.index_select(0, places.flatten()).view(places.shape[0], places.shape[1], table.shape[1]);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _positions.Dispose();
            _decoderPositions.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>Gives the encoder's norm its name in checkpoints, <c>encoder.norm</c>.</summary>
    private sealed class NormHolder : nn.Module
    {
        public NormHolder(LayerNorm norm) : base("encoder") => register_module("norm", norm);
    }
}
