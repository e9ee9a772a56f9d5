using GardenerML.VideoMae;

namespace GardenerML.Scoring;

/// <summary>Gives the class probabilities of clips.</summary>
internal sealed class ClassScorer : ClipScorer
{
    private readonly Lazy<ScoringPass> _pass;

    /// <param name="model">The model; its weights are taken when the first clips are scored, and must not change afterwards.</param>
    /// <param name="precision">What matrix products are computed in.</param>
    public ClassScorer(VideoMaeClassifier model, Precision precision)
        : this(model, precision, new Lazy<ScoringPass>(() => ScoringPass.Of(model, precision)))
    {
    }

    private ClassScorer(VideoMaeClassifier model, Precision precision, Lazy<ScoringPass> pass)
        : base(model, model.Configuration, model.Device, frames => pass.Value.Forward(frames).softmax(1)) =>
        (Model, Precision, _pass) = (model, precision, pass);

    public VideoMaeClassifier Model { get; }

    public Precision Precision { get; }

    protected override void Dispose(bool disposing)
    {
        if (_pass.IsValueCreated)
            _pass.Value.Dispose();
        base.Dispose(disposing);
    }
}
