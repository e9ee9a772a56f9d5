using GardenerML.VideoMae;
using TorchSharp;
using static TorchSharp.torch;

namespace GardenerML.Training;

/// <summary>One optimiser step: mixing, forward and backward over micro-batches, clipping, AdamW.</summary>
internal sealed class TrainingStep : IDisposable
{
    private readonly VideoMaeClassifier _model;
    private readonly VideoClassifierOptions _options;
    private readonly int _seed;
    private readonly float[] _classWeights;
    private readonly MicroBatches _microBatches;
    private readonly PixelNormalisation _pixels;
    private readonly int _frozen;

    /// <summary>Prepares training.</summary>
    /// <param name="model">The model, trained in place.</param>
    /// <param name="options">How.</param>
    /// <param name="seed">What everything random is drawn by.</param>
    /// <param name="classWeights">How much each class counts.</param>
    /// <param name="onSmaller">Told the old and the new size of micro-batches when memory ran out.</param>
    public TrainingStep(
        VideoMaeClassifier model, VideoClassifierOptions options, int seed, float[] classWeights, Action<int, int> onSmaller)
    {
        (_model, _options, _seed, _classWeights) = (model, options, seed, classWeights);
        _microBatches = new MicroBatches(options.MicroBatchSize, onSmaller);
        _pixels = new PixelNormalisation(model.Configuration, model.Device);
        _frozen = TrainedWeight.FrozenBlocks(options, model.Configuration.BlockCount);
        Weights = TrainedWeight.Of(model, options);
        Optimizer = new AdamWOptimizer(Weights, options.Beta1, options.Beta2);
        Average = options.WeightAveraging > 0 ? new WeightAverage(Weights, options.WeightAveraging) : null;
    }

    /// <summary>What is trained.</summary>
    public IReadOnlyList<TrainedWeight> Weights { get; }

    public AdamWOptimizer Optimizer { get; }

    /// <summary>The average of the weights; null where none is asked for.</summary>
    public WeightAverage? Average { get; }

    /// <summary>Takes the step.</summary>
    /// <param name="batch">The samples.</param>
    /// <param name="step">The step's number over all epochs, from 0.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="tally">Counts what was right.</param>
    /// <returns>The loss, and the norm of the gradient before clipping.</returns>
    /// <exception cref="InvalidOperationException">Loss or gradient are not finite; the weights are then as before.</exception>
    public (double Loss, double GradientNorm) Run(ClipBatch batch, int step, double rate, ClassificationTally tally)
    {
        var samples = batch.Labels.Length;
        var configuration = _model.Configuration;
        var numbers = EpochSeed.ForStep(_seed, step);
        var mixing = BatchMixing.Draw(_options.Augmentation, configuration.ImageSize, numbers.ForMixing());
        var targets = SoftTargets.Of(batch.Labels, _classWeights, _options.LabelSmoothing, mixing.Share);
        using var regularisation = new StochasticRegularisation(
            _options, configuration.BlockCount, configuration.Width, samples, numbers.ForDropout());
        var loss = 0.0;
        var logits = new List<float>();
        _microBatches.Run(samples, Restart, Part);
        CheckFinite(loss, step, rate, null);

        var norm = Gradients.Norm(Weights);
        if (!double.IsFinite(norm))
            CheckFinite(norm, step, rate, Gradients.FirstNotFinite(Weights));
        Gradients.Clip(Weights, norm, _options.GradientClipping);
        Optimizer.Step(rate);
        Optimizer.ClearGradients();
        Average?.Update();
        tally.AddRange(batch.Labels, logits);
        return (loss, norm);

        void Restart()
        {
            Optimizer.ClearGradients();
            loss = 0;
            logits.Clear();
        }

        void Part(int start, int count)
        {
            _options.BeforeMicroBatch?.Invoke(count);
            using var scope = NewDisposeScope();
            var pass = new TrainingPass(_model, _frozen, regularisation.DropPath(start, count), regularisation.HeadDropout(start, count));
            var (partLogits, partLoss) = batch.AreEncoded
                ? pass.FromFeatures(batch.Frames.narrow(0, start, count), scores => targets.Loss(scores, start))
                : pass.FromClips(Mixed(batch.Frames, mixing, start, count), scores => targets.Loss(scores, start), _options.RecomputeActivations);
            var partValue = partLoss.ToDouble();
            if (!double.IsFinite(partValue) && !batch.AreEncoded)
                CheckFinite(partValue, step, rate, pass.FirstNotFinite(Mixed(batch.Frames, mixing, start, count)));
            loss += partValue;
            logits.AddRange(partLogits.cpu().data<float>().ToArray());
        }
    }

    /// <summary>Scores a batch without learning from it: logits [B, classes].</summary>
    public Tensor Score(ClipBatch batch) => batch.AreEncoded
        ? _model.ClassifyPooled(batch.Frames)
        : _model.forward(_pixels.Apply(batch.Frames.to(_model.Device)));

    /// <summary>What a frozen encoder makes of clips, averaged over the tokens: [B, width].</summary>
    public Tensor Encode(ClipBatch batch) => VideoMaeClassifier.Pool(_model.Encode(_pixels.Apply(batch.Frames.to(_model.Device))));

    private Tensor Mixed(Tensor frames, BatchMixing mixing, int start, int count)
    {
        var clips = _pixels.Apply(frames.narrow(0, start, count).to(_model.Device));
        if (mixing != BatchMixing.None)
            // The partners of start, start + 1, ... lie backwards from the end.
            mixing.Apply(clips, _pixels.Apply(frames.narrow(0, frames.shape[0] - start - count, count).flip(0).to(_model.Device)));
        return clips;
    }

    private static void CheckFinite(double value, int step, double rate, string? where)
    {
        if (!double.IsFinite(value))
            throw new InvalidOperationException(
                $"The loss or its gradient became {value} at step {step + 1}, learning rate {rate:g3}"
                + (where is null ? "" : $", first in {where}")
                + ". Lower the learning rate, lengthen the warm-up, or set GradientClipping.");
    }

    public void Dispose()
    {
        Optimizer.ClearGradients();
        Optimizer.Dispose();
        Average?.Dispose();
        _pixels.Dispose();
    }
}
