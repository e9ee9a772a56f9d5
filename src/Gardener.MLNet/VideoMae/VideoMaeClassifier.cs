using GardenerML.Checkpoints;
using GardenerML.Interop;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GardenerML.VideoMae;

/// <summary>
/// A VideoMAE encoder with a classification head: patch embedding, position table, transformer blocks, mean over the tokens,
/// final norm, linear head. Parameter names are those of MCG-NJU/VideoMAE.
/// </summary>
public sealed class VideoMaeClassifier : nn.Module<Tensor, Tensor>
{
    private readonly PatchEmbedding _patchEmbedding;
    private readonly Tensor _positions;
    private readonly TransformerBlock[] _blocks;
    private readonly LayerNorm _finalNorm;
    private readonly Projection _head;

    /// <summary>Makes the model with all weights zero and norms one; load or initialise them before use.</summary>
    /// <param name="configuration">Its geometry; <see cref="VideoMaeConfiguration.ClassCount"/> must be at least 1.</param>
    /// <param name="device">Where the weights lie; null means the CPU.</param>
    /// <exception cref="ArgumentException">The configuration is not valid or has no classes.</exception>
    public VideoMaeClassifier(VideoMaeConfiguration configuration, Device? device = null)
        : base(nameof(VideoMaeClassifier))
    {
        ArgumentNullException.ThrowIfNull(configuration);
        configuration.Validate();
        if (configuration.ClassCount < 1)
            throw new ArgumentException("A classifier needs a ClassCount of at least 1.", nameof(configuration));
        Configuration = configuration;
        Device = device ?? CPU;

        _patchEmbedding = new PatchEmbedding(configuration, Device);
        register_module("patch_embed", _patchEmbedding);
        using (NewDisposeScope())
            _positions = tensor(PositionTable.Compute(configuration.TokenCount, configuration.Width))
                .reshape(1, configuration.TokenCount, configuration.Width).to(Device, copy: true).DetachFromDisposeScope();

        _blocks = new TransformerBlock[configuration.BlockCount];
        for (var i = 0; i < _blocks.Length; i++)
            _blocks[i] = new TransformerBlock(configuration, Device);
        register_module("blocks", nn.ModuleList(_blocks));

        _finalNorm = nn.LayerNorm(configuration.Width, configuration.FinalNormEpsilon, device: Device);
        _head = new Projection([configuration.ClassCount, configuration.Width], hasBias: true, Device);
        register_module("fc_norm", _finalNorm);
        register_module("head", _head);

        // The model owns its weights, not a dispose scope that the caller happens to be in.
        foreach (var parameter in parameters())
            parameter.DetachFromDisposeScope();
    }

    /// <summary>Makes the model of a checkpoint that has a classification head.</summary>
    /// <param name="checkpoint">An open checkpoint; it may be closed afterwards.</param>
    /// <param name="kept">The blocks that the model has, numbered from 0, ascending; null for all.</param>
    /// <param name="device">Where the weights lie; null means the CPU.</param>
    /// <exception cref="ArgumentException">No blocks are kept, one is not there, or they do not ascend.</exception>
    /// <exception cref="CheckpointException">The checkpoint has no classification head, or lacks a tensor.</exception>
    /// <exception cref="TorchBackendException">libtorch does not load, or the device is not there.</exception>
    public static VideoMaeClassifier Load(VideoMaeCheckpoint checkpoint, IReadOnlyList<int>? kept = null, ComputeDevice? device = null)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (checkpoint.ClassCount == 0)
            throw new CheckpointException(checkpoint.Source, "It has no classification head, so it is no classifier yet. Fine-tune it first.");
        kept ??= [.. Enumerable.Range(0, checkpoint.BlockCount)];
        if (kept.Count == 0 || kept[0] < 0 || kept[^1] >= checkpoint.BlockCount || kept.Zip(kept.Skip(1)).Any(pair => pair.First >= pair.Second))
            throw new ArgumentException(
                $"The kept blocks are [{string.Join(", ", kept)}]; they must be at least one of 0 to {checkpoint.BlockCount - 1}, ascending.", nameof(kept));
        var model = new VideoMaeClassifier(
            checkpoint.Configuration with { BlockCount = kept.Count }, TorchBackend.Resolve(device ?? ComputeDevice.Cpu));
        try
        {
            ModelWeights.Load(model, checkpoint.Encoder, kept, _ => true, checkpoint.Source);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The model's geometry.</summary>
    public VideoMaeConfiguration Configuration { get; }

    /// <summary>Where the weights lie.</summary>
    public Device Device { get; }

    /// <summary>What is added to the embedded patches: [1, tokens, width].</summary>
    internal Tensor Positions => _positions;

    /// <summary>Normalised clips [B, 3, T, H, W] -> logits [B, classes].</summary>
    /// <param name="input">Pixels, scaled to [0, 1] and normalised by mean and standard deviation.</param>
    /// <exception cref="ArgumentException">The shape is not the configuration's.</exception>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Classify(Encode(input)).MoveToOuterDisposeScope();
    }

    /// <summary>Normalised clips [B, 3, T, H, W] -> tokens after the patch embedding, positions added.</summary>
    internal Tensor Embed(Tensor clips)
    {
        CheckShape(clips);
        using var scope = NewDisposeScope();
        return _patchEmbedding.forward(clips).Plus(_positions).MoveToOuterDisposeScope();
    }

    /// <summary>The tokens after the embedding and after each block; the caller owns them.</summary>
    internal IEnumerable<Tensor> HiddenStates(Tensor clips)
    {
        var tokens = Embed(clips);
        yield return tokens;
        foreach (var block in _blocks)
            yield return tokens = block.forward(tokens);
    }

    /// <summary>
    /// What matrix products are computed in, the head's apart; weights, residuals, norms, softmax and logits stay in single
    /// precision. Float32 or BFloat16.
    /// </summary>
    internal ScalarType ComputeType
    {
        get => _patchEmbedding.Projection.ComputeType;
        set
        {
            foreach (var projection in modules().OfType<Projection>())
                projection.ComputeType = projection == _head ? ScalarType.Float32 : value;
        }
    }

    /// <summary>Normalised clips [B, 3, T, H, W] -> tokens [B, tokens, width] after the last block.</summary>
    /// <param name="clips">The clips.</param>
    /// <param name="residual">What training does to the residuals of a block, by the block's number; null outside training.</param>
    /// <param name="frozen">How many blocks, and with them the embedding, learn nothing; 0 for none.</param>
    internal Tensor Encode(Tensor clips, Func<int, Tensor, Tensor>? residual = null, int frozen = 0)
    {
        Tensor tokens;
        using (set_grad_enabled(is_grad_enabled() && frozen == 0))
            tokens = Embed(clips);
        for (var i = 0; i < _blocks.Length; i++)
        {
            using var mode = set_grad_enabled(is_grad_enabled() && i >= frozen);
            var next = Block(i, tokens, i >= frozen ? residual : null);
            tokens.Dispose();
            tokens = next;
        }
        return tokens;
    }

    /// <summary>One block: [B, tokens, width] -> [B, tokens, width].</summary>
    internal Tensor Block(int block, Tensor tokens, Func<int, Tensor, Tensor>? residual = null) => residual is null
        ? _blocks[block].forward(tokens)
        : _blocks[block].Forward(tokens, branch => residual(block, branch));

    /// <summary>Tokens [B, tokens, width] -> logits [B, classes].</summary>
    /// <param name="tokens">The encoder's output.</param>
    /// <param name="dropout">What training does to the pooled features before the head; null outside training.</param>
    internal Tensor Classify(Tensor tokens, Func<Tensor, Tensor>? dropout = null)
    {
        using var scope = NewDisposeScope();
        return ClassifyPooled(Pool(tokens), dropout).MoveToOuterDisposeScope();
    }

    /// <summary>Tokens [B, tokens, width] -> their mean [B, width].</summary>
    internal static Tensor Pool(Tensor tokens) => tokens.mean([1]);

    /// <summary>Pooled tokens [B, width] -> logits [B, classes].</summary>
    internal Tensor ClassifyPooled(Tensor pooled, Func<Tensor, Tensor>? dropout = null)
    {
        using var scope = NewDisposeScope();
        var features = _finalNorm.forward(pooled);
        return _head.forward(dropout is null ? features : dropout(features)).MoveToOuterDisposeScope();
    }

    private void CheckShape(Tensor clips)
    {
        var expected = Configuration;
        var shape = clips.shape;
        if (shape.Length != 5 || shape[1] != 3 || shape[2] != expected.FrameCount
            || shape[3] != expected.ImageSize || shape[4] != expected.ImageSize)
        {
            throw new ArgumentException(
                $"The clips have shape [{string.Join(", ", shape)}]; the model takes [batch, 3, {expected.FrameCount} frames, "
                + $"{expected.ImageSize}, {expected.ImageSize}].", nameof(clips));
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _positions.Dispose();
        base.Dispose(disposing);
    }
}
