using GardenerML.Interop;
using GardenerML.VideoMae;
using static TorchSharp.torch;

namespace GardenerML.Training;

/// <summary>Steps of a classifier: mixing, regularisation and the cross entropy of labels.</summary>
internal sealed class ClassificationStep : TrainingStep
{
    private readonly VideoMaeClassifier _model;
    private readonly VideoClassifierOptions _options;
    private readonly int _seed;
    private readonly float[] _classWeights;
    private readonly bool _headIsNew;
    private readonly PixelNormalisation _pixels;
    private readonly int _frozen;
    private ClassificationTally _tally;

    /// <summary>Prepares training.</summary>
    /// <param name="model">The model, trained in place.</param>
    /// <param name="options">How.</param>
    /// <param name="seed">What everything random is drawn by.</param>
    /// <param name="classWeights">How much each class counts.</param>
    /// <param name="headIsNew">Whether the model's head has learnt nothing before.</param>
    /// <param name="onSmaller">Told the old and the new size of micro-batches when memory ran out.</param>
    public ClassificationStep(
        VideoMaeClassifier model, VideoClassifierOptions options, int seed, float[] classWeights, bool headIsNew,
        Action<int, int> onSmaller)
        : base(model, TrainedWeight.Of(model, options), options, onSmaller)
    {
        (_model, _options, _seed, _classWeights, _headIsNew) = (model, options, seed, classWeights, headIsNew);
        _pixels = new PixelNormalisation(model.Configuration, model.Device);
        _frozen = TrainedWeight.FrozenBlocks(options, model.Configuration.BlockCount);
        _tally = NewTally();
    }

    /// <inheritdoc/>
    public override ScalarType ComputeType
    {
        get => _model.ComputeType;
        set => _model.ComputeType = value;
    }

    /// <inheritdoc/>
    public override double GigaFlops => VideoMaeCost.Of(_model.Configuration).GigaFlops;

    /// <inheritdoc/>
    public override double[] Tally
    {
        get => _tally.Save();
        set
        {
            _tally = NewTally();
            _tally.Restore(value);
        }
    }

    /// <inheritdoc/>
    public override double TrainingAccuracy => _tally.ToMetrics().Accuracy;

    /// <inheritdoc/>
    public override ClipSetMetrics Evaluate(IClipBatches clips)
    {
        var tally = NewTally();
        using var noGradient = no_grad();
        foreach (var batch in clips.InOrder(_options.ScoringBatchSize, _options.Cancellation))
        {
            using (batch)
            using (NewDisposeScope())
                tally.AddRange(batch.Labels, [.. Score(batch).cpu().data<float>()]);
        }
        return tally.ToMetrics();
    }

    /// <inheritdoc/>
    public override string? FaultOfFirstLoss(double loss) =>
        // Where classes count differently, their losses do not compare.
        _headIsNew && _options.ClassWeights.Equals(ClassWeighting.Equal) ? FirstLoss.Fault(loss, _model.Configuration.ClassCount) : null;

    /// <summary>Encodes clips by a frozen encoder.</summary>
    public FeatureBatches Encode(IClipBatches clips) => FeatureBatches.Of(
        clips, batch => VideoMaeClassifier.Pool(_model.Encode(_pixels.Apply(batch.Frames.to(_model.Device)))),
        _options.ScoringBatchSize, _options.Cancellation);

    /// <inheritdoc/>
    public override Tensor Rehearse()
    {
        var configuration = _model.Configuration;
        return _model.forward(zeros(
            [2, 3, configuration.FrameCount, configuration.ImageSize, configuration.ImageSize], device: _model.Device)).sum();
    }

    /// <inheritdoc/>
    protected override Part Begin(ClipBatch batch, int step) => new LabelledPart(this, batch, step);

    /// <summary>A batch -> logits [B, classes].</summary>
    private Tensor Score(ClipBatch batch) => batch.AreEncoded
        ? _model.ClassifyPooled(batch.Frames)
        : _model.forward(_pixels.Apply(batch.Frames.to(_model.Device)));

    private ClassificationTally NewTally() => new(_model.Configuration.ClassCount);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _pixels.Dispose();
    }

    private sealed class LabelledPart : Part
    {
        private readonly ClassificationStep _step;
        private readonly ClipBatch _batch;
        private readonly BatchMixing _mixing;
        private readonly SoftTargets _targets;
        private readonly StochasticRegularisation _regularisation;
        private readonly List<float> _logits = [];

        public LabelledPart(ClassificationStep step, ClipBatch batch, int number)
        {
            (_step, _batch) = (step, batch);
            var configuration = step._model.Configuration;
            var numbers = EpochSeed.ForStep(step._seed, number);
            _mixing = BatchMixing.Draw(step._options.Augmentation, configuration.ImageSize, numbers.ForMixing());
            _targets = SoftTargets.Of(batch.Labels, step._classWeights, step._options.LabelSmoothing, _mixing.Share);
            _regularisation = new StochasticRegularisation(
                step._options, configuration.BlockCount, configuration.Width, batch.Labels.Length, numbers.ForDropout());
        }

        public override void Restart() => _logits.Clear();

        public override double Learn(int start, int count)
        {
            var pass = NewPass(start, count);
            var (logits, loss) = _batch.AreEncoded
                ? pass.FromFeatures(_batch.Frames.narrow(0, start, count), scores => _targets.Loss(scores, start))
                : pass.FromClips(Mixed(start, count), scores => _targets.Loss(scores, start), _step._options.RecomputeActivations);
            _logits.AddRange(logits.cpu().data<float>().ToArray());
            return loss.ToNumber();
        }

        public override string? FirstNotFinite(int start, int count) =>
            _batch.AreEncoded ? null : NewPass(start, count).FirstNotFinite(Mixed(start, count));

        public override void Count() => _step._tally.AddRange(_batch.Labels, _logits);

        public override void Dispose() => _regularisation.Dispose();

        private TrainingPass NewPass(int start, int count) => new(
            _step._model, _step._frozen, _regularisation.DropPath(start, count), _regularisation.HeadDropout(start, count));

        private Tensor Mixed(int start, int count)
        {
            var (frames, device) = (_batch.Frames, _step._model.Device);
            var clips = _step._pixels.Apply(frames.narrow(0, start, count).to(device));
            if (_mixing != BatchMixing.None)
                // The partners of start, start + 1, ... lie backwards from the end.
                _mixing.Apply(clips, _step._pixels.Apply(frames.narrow(0, frames.shape[0] - start - count, count).flip(0).to(device)));
            return clips;
        }
    }
}
