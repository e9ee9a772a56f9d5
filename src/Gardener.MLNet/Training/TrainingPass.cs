using GardenerML.Interop;
using GardenerML.VideoMae;
using static TorchSharp.torch;

namespace GardenerML.Training;

/// <summary>Forward and backward through the model for one micro-batch; gradients are added to those of the weights.</summary>
/// <param name="model">The model.</param>
/// <param name="frozen">How many blocks learn nothing, and with them the embedding; 0 for none.</param>
/// <param name="dropPath">What is done to residuals.</param>
/// <param name="headDropout">What is done to features before the head.</param>
internal sealed class TrainingPass(
    VideoMaeClassifier model, int frozen, Func<int, Tensor, Tensor>? dropPath, Func<Tensor, Tensor>? headDropout)
{
    /// <summary>From normalised clips [B, 3, T, H, W].</summary>
    /// <param name="clips">The clips.</param>
    /// <param name="lossOf">The loss of logits.</param>
    /// <param name="recompute">Whether blocks are computed again for their gradients, to keep only their inputs.</param>
    public (Tensor Logits, Tensor Loss) FromClips(Tensor clips, Func<Tensor, Tensor> lossOf, bool recompute)
    {
        if (recompute)
            return Recomputed(clips, lossOf);
        var logits = model.Classify(model.Encode(clips, dropPath, frozen), headDropout);
        return Learn(logits, lossOf);
    }

    /// <summary>From the pooled output [B, width] of a frozen encoder.</summary>
    public (Tensor Logits, Tensor Loss) FromFeatures(Tensor features, Func<Tensor, Tensor> lossOf) =>
        Learn(model.ClassifyPooled(features, headDropout), lossOf);

    /// <summary>The first part of the model whose output, or weight, is not finite; null if there is none.</summary>
    public string? FirstNotFinite(Tensor clips)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var (name, weight) in model.named_parameters())
        {
            if (!weight.IsFinite())
                return $"the weight {name}";
        }
        var number = -1;
        foreach (var hidden in model.HiddenStates(clips))
        {
            if (!hidden.IsFinite())
                return number < 0 ? "the output of patch_embed" : $"the output of blocks.{number}";
            number++;
        }
        return "the output of head";
    }

    private static (Tensor Logits, Tensor Loss) Learn(Tensor logits, Func<Tensor, Tensor> lossOf)
    {
        var loss = lossOf(logits);
        loss.backward();
        return (logits.detach(), loss.detach());
    }

    // Blocks from last to first, each computed again from its kept input, which then hands its gradient down.
    private (Tensor Logits, Tensor Loss) Recomputed(Tensor clips, Func<Tensor, Tensor> lossOf)
    {
        var blocks = model.Configuration.BlockCount;
        var inputs = new Tensor[blocks + 1];
        using (no_grad())
        {
            inputs[0] = model.Embed(clips);
            for (var i = 0; i < blocks; i++)
                inputs[i + 1] = model.Block(i, inputs[i], i >= frozen ? dropPath : null);
        }
        var top = Leaf(inputs[blocks]);
        var result = Learn(model.Classify(top, headDropout), lossOf);
        var gradient = top.grad;
        for (var i = blocks - 1; i >= frozen; i--)
        {
            using var scope = NewDisposeScope();
            var input = Leaf(inputs[i]);
            model.Block(i, input, dropPath).backward([gradient!]);
            inputs[i + 1].Dispose();
            gradient = input.grad?.MoveToOuterDisposeScope();
        }
        if (frozen == 0)
            model.Embed(clips).backward([gradient!]);
        return result;

        static Tensor Leaf(Tensor values)
        {
            var leaf = values.detach();
            leaf.requires_grad = true;
            return leaf;
        }
    }
}
