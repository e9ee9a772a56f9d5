using GardenerML.VideoMae;

namespace GardenerML.Scoring;

/// <summary>Gives the class probabilities of clips.</summary>
internal sealed class ClassScorer : ClipScorer
{
    private readonly FirstPass _pass;

    /// <param name="model">The model; its weights are taken when the first clips are scored, and must not change afterwards.</param>
    /// <param name="precision">What matrix products are computed in.</param>
    public ClassScorer(VideoMaeClassifier model, Precision precision)
        : this(model, precision, new FirstPass(model, precision))
    {
    }

    private ClassScorer(VideoMaeClassifier model, Precision precision, FirstPass pass)
        : base(model, model.Configuration, model.Device, frames => pass.Get().Forward(frames).softmax(1)) =>
        (Model, Precision, _pass) = (model, precision, pass);

    public VideoMaeClassifier Model { get; }

    public Precision Precision { get; }

    protected override void Dispose(bool disposing)
    {
        _pass.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Makes the pass when it is first needed; where that fails, as for want of memory, the next call tries again.</summary>
    private sealed class FirstPass(VideoMaeClassifier model, Precision precision) : IDisposable
    {
        private readonly Lock _lock = new();
        private ScoringPass? _made;

        public ScoringPass Get()
        {
            lock (_lock)
                return _made ??= ScoringPass.Of(model, precision);
        }

        public void Dispose()
        {
            lock (_lock)
            {
                _made?.Dispose();
                _made = null;
            }
        }
    }
}
