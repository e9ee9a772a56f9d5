using System.Globalization;
using GardenerML.VideoMae;
using TorchSharp.Modules;

namespace GardenerML.Training;

/// <summary>A weight that is trained, and how.</summary>
/// <param name="Name">Its name in the model.</param>
/// <param name="Parameter">The weight.</param>
/// <param name="RateScale">What the learning rate is multiplied by.</param>
/// <param name="Decay">AdamW's weight decay.</param>
internal sealed record TrainedWeight(string Name, Parameter Parameter, double RateScale, double Decay)
{
    private const string BlockPrefix = "blocks.";

    /// <summary>The weights that are not frozen.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">Weight decay (for matrices only, as biases and norms are few and need no small values), layer decay,
    /// and what is frozen.</param>
    public static TrainedWeight[] Of(VideoMaeClassifier model, VideoClassifierOptions options)
    {
        var blocks = model.Configuration.BlockCount;
        var frozen = FrozenBlocks(options, blocks);
        return
        [
            .. from pair in model.named_parameters()
               let layer = Layer(pair.name, blocks)
               where frozen == 0 || layer > frozen
               select new TrainedWeight(
                   pair.name, pair.parameter, Math.Pow(options.LayerDecay, blocks + 1 - layer),
                   pair.parameter.dim() > 1 ? options.WeightDecay : 0),
        ];
    }

    /// <summary>All weights of a model of masked pretraining; matrices decay, the mask token, biases and norms do not.</summary>
    public static TrainedWeight[] Of(VideoMaePretrainingModel model, VideoTrainingOptions options) =>
    [
        .. model.named_parameters().Select(pair => new TrainedWeight(
            pair.name, pair.parameter, 1, pair.parameter.dim() > 1 && pair.name != "mask_token" ? options.WeightDecay : 0)),
    ];

    /// <summary>How many blocks are not trained.</summary>
    public static int FrozenBlocks(VideoClassifierOptions options, int blockCount) =>
        options.FreezeEncoder ? blockCount : Math.Min(options.FrozenBlocks, blockCount);

    /// <summary>0 for the embedding, i + 1 for block i, blocks + 1 for final norm and head: BEiT's <c>get_layer_id</c>.</summary>
    public static int Layer(string name, int blockCount)
    {
        if (name.StartsWith("patch_embed.", StringComparison.Ordinal))
            return 0;
        if (!name.StartsWith(BlockPrefix, StringComparison.Ordinal))
            return blockCount + 1;
        var end = name.IndexOf('.', BlockPrefix.Length);
        return int.Parse(name.AsSpan(BlockPrefix.Length, end - BlockPrefix.Length), CultureInfo.InvariantCulture) + 1;
    }
}
