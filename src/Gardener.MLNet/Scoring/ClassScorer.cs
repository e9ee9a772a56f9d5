using GardenerML.VideoMae;

namespace GardenerML.Scoring;

/// <summary>Gives the class probabilities of clips.</summary>
internal sealed class ClassScorer : ClipScorer
{
    private readonly PixelNormalisation _pixels;

    public ClassScorer(VideoMaeClassifier model) : this(model, new PixelNormalisation(model.Configuration, model.Device))
    {
    }

    private ClassScorer(VideoMaeClassifier model, PixelNormalisation pixels)
        : base(model, model.Configuration, model.Device, frames => model.forward(pixels.Apply(frames)).softmax(1)) =>
        (Model, _pixels) = (model, pixels);

    public VideoMaeClassifier Model { get; }

    protected override void Dispose(bool disposing)
    {
        _pixels.Dispose();
        base.Dispose(disposing);
    }
}
