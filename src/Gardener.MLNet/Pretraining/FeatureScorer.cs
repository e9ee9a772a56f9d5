using GardenerML.Interop;
using GardenerML.Scoring;
using GardenerML.VideoMae;
using static TorchSharp.torch;

namespace GardenerML.Pretraining;

/// <summary>Gives the features of clips: the mean over the tokens of the pretrained encoder, with nothing masked.</summary>
internal sealed class FeatureScorer : ClipScorer
{
    private readonly MaskedPass _pass;

    public FeatureScorer(VideoMaePretrainingModel model) : this(model, new MaskedPass(model))
    {
    }

    private FeatureScorer(VideoMaePretrainingModel model, MaskedPass pass)
        : base(model, model.Configuration, model.Device, frames => Features(model, pass, frames)) =>
        (Model, _pass) = (model, pass);

    public VideoMaePretrainingModel Model { get; }

    public MaskedPass Pass => _pass;

    private static Tensor Features(VideoMaePretrainingModel model, MaskedPass pass, Tensor frames)
    {
        using var scope = NewDisposeScope();
        var all = TensorNumbers.Indices(model.Configuration.TokenCount, model.Device).expand(frames.shape[0], -1);
        return pass.Encode(Tubelets.Cut(frames, model.Configuration), all).mean([1]).MoveToOuterDisposeScope();
    }

    protected override void Dispose(bool disposing)
    {
        _pass.Dispose();
        base.Dispose(disposing);
    }
}
