using GardenerML.Interop;
using GardenerML.Training;
using GardenerML.VideoMae;
using static TorchSharp.torch;

namespace GardenerML.Pretraining;

/// <summary>Steps of masked pretraining: masks are drawn, the loss is the squared error of what they hide.</summary>
internal sealed class MaskedStep : TrainingStep
{
    private readonly VideoMaePretrainingModel _model;
    private readonly VideoMaePretrainingOptions _options;
    private readonly int _seed;
    private readonly MaskedPass _pass;

    /// <summary>Prepares training.</summary>
    /// <param name="model">The model, trained in place.</param>
    /// <param name="options">How.</param>
    /// <param name="seed">What everything random is drawn by.</param>
    /// <param name="onSmaller">Told the old and the new size of micro-batches when memory ran out.</param>
    public MaskedStep(VideoMaePretrainingModel model, VideoMaePretrainingOptions options, int seed, Action<int, int> onSmaller)
        : base(model, TrainedWeight.Of(model, options), options, onSmaller)
    {
        (_model, _options, _seed) = (model, options, seed);
        _pass = new MaskedPass(model);
    }

    /// <inheritdoc/>
    public override ScalarType ComputeType
    {
        get => _model.ComputeType;
        set => _model.ComputeType = value;
    }

    /// <inheritdoc/>
    public override double GigaFlops => (1 - _options.MaskRatio) * VideoMaeCost.Of(_model.Configuration).GigaFlops
        + VideoMaeCost.Of(_model.Decoder.AsBlocks(_model.Configuration)).GigaFlops;

    /// <inheritdoc/>
    public override double[] Tally { get; set; } = [];

    /// <inheritdoc/>
    public override double TrainingAccuracy => double.NaN;

    /// <inheritdoc/>
    public override ClipSetMetrics Evaluate(IClipBatches clips)
    {
        using var noGradient = no_grad();
        var (sum, count) = (0.0, 0);
        foreach (var batch in clips.InOrder(_options.ScoringBatchSize, _options.Cancellation))
        {
            using (batch)
            using (NewDisposeScope())
            {
                var size = batch.Labels.Length;
                // The same masks in every epoch.
                var first = count;
                using var mask = TubeMask.Draw(
                    size, _model.Configuration, _options.MaskRatio, clip => new EpochSeed(_seed, 0).ForClip(first + clip));
                sum += size * Loss(batch, mask, 0, size).ToNumber();
                count += size;
            }
        }
        return new ClipSetMetrics(count, sum / count, double.NaN, double.NaN);
    }

    /// <inheritdoc/>
    public override Tensor Rehearse()
    {
        var configuration = _model.Configuration;
        using var scope = NewDisposeScope();
        using var mask = TubeMask.Draw(2, configuration, _options.MaskRatio, _ => new Random(0));
        var (visible, masked) = mask.Of(0, 2, _model.Device);
        var frames = zeros(
            [2, configuration.FrameCount, configuration.ImageSize, configuration.ImageSize, 3], ScalarType.Byte, _model.Device);
        return _pass.Loss(frames, visible, masked).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override Part Begin(ClipBatch batch, int step)
    {
        var random = EpochSeed.ForStep(_seed, step).ForMixing();
        return new MaskedPart(
            this, batch, TubeMask.Draw(batch.Labels.Length, _model.Configuration, _options.MaskRatio, _ => random));
    }

    private Tensor Loss(ClipBatch batch, TubeMask mask, int start, int count)
    {
        var (visible, masked) = mask.Of(start, count, _model.Device);
        return _pass.Loss(batch.Frames.narrow(0, start, count).to(_model.Device), visible, masked);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _pass.Dispose();
    }

    private sealed class MaskedPart(MaskedStep step, ClipBatch batch, TubeMask mask) : Part
    {
        public override void Restart()
        {
        }

        public override double Learn(int start, int count)
        {
            // A part's share of the mean over the batch.
            var loss = step.Loss(batch, mask, start, count).Times((double)count / batch.Labels.Length);
            loss.backward();
            return loss.ToNumber();
        }

        public override string? FirstNotFinite(int start, int count) => step._model.named_parameters()
            .Where(weight => !weight.parameter.IsFinite()).Select(weight => $"the weight {weight.name}").FirstOrDefault();

        public override void Count()
        {
        }

        public override void Dispose() => mask.Dispose();
    }
}
