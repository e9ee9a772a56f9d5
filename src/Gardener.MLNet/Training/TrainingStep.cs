using static TorchSharp.torch;

namespace GardenerML.Training;

/// <summary>
/// What is learnt, one optimiser step at a time: forward and backward over micro-batches, clipping, AdamW, averaging. Derived
/// classes say what the loss is and how clips are evaluated.
/// </summary>
internal abstract class TrainingStep : IDisposable
{
    private readonly VideoTrainingOptions _options;
    private readonly MicroBatches _microBatches;

    /// <summary>Prepares training.</summary>
    /// <param name="model">The model, trained in place.</param>
    /// <param name="weights">Its weights that are trained.</param>
    /// <param name="options">How.</param>
    /// <param name="onSmaller">Told the old and the new size of micro-batches when memory ran out.</param>
    protected TrainingStep(
        nn.Module model, IReadOnlyList<TrainedWeight> weights, VideoTrainingOptions options, Action<int, int> onSmaller)
    {
        (Model, Weights, _options) = (model, weights, options);
        _microBatches = new MicroBatches(options.MicroBatchSize, onSmaller);
        Optimizer = new AdamWOptimizer(Weights, options.Beta1, options.Beta2);
        Average = options.WeightAveraging > 0 ? new WeightAverage(Weights, options.WeightAveraging) : null;
    }

    /// <summary>What is trained, with its frozen parts.</summary>
    public nn.Module Model { get; }

    /// <summary>What is trained.</summary>
    public IReadOnlyList<TrainedWeight> Weights { get; }

    public AdamWOptimizer Optimizer { get; }

    /// <summary>The average of the weights; null where none is asked for.</summary>
    public WeightAverage? Average { get; }

    /// <summary>What the model computes its matrix products in.</summary>
    public abstract ScalarType ComputeType { get; set; }

    /// <summary>Multiply-adds of a clip, in units of 10^9.</summary>
    public abstract double GigaFlops { get; }

    /// <summary>What the epoch's samples so far have given, to be saved and restored; empty at its begin.</summary>
    public abstract double[] Tally { get; set; }

    /// <summary>Share of the epoch's samples so far that were labelled right; NaN where there are no labels.</summary>
    public abstract double TrainingAccuracy { get; }

    /// <summary>Takes the step.</summary>
    /// <param name="batch">The samples.</param>
    /// <param name="step">The step's number over all epochs, from 0.</param>
    /// <param name="rate">The learning rate.</param>
    /// <returns>The loss, and the norm of the gradient before clipping.</returns>
    /// <exception cref="InvalidOperationException">Loss or gradient are not finite; the weights are then as before.</exception>
    public (double Loss, double GradientNorm) Run(ClipBatch batch, int step, double rate)
    {
        using var part = Begin(batch, step);
        var loss = 0.0;
        _microBatches.Run(batch.Labels.Length, Restart, Add);
        RequireFinite(loss, step, rate, null);

        var norm = Gradients.Norm(Weights);
        if (!double.IsFinite(norm))
            RequireFinite(norm, step, rate, Gradients.FirstNotFinite(Weights));
        Gradients.Clip(Weights, norm, _options.GradientClipping);
        Optimizer.Step(rate);
        Optimizer.ClearGradients();
        Average?.Update();
        part.Count();
        return (loss, norm);

        void Restart()
        {
            Optimizer.ClearGradients();
            loss = 0;
            part.Restart();
        }

        void Add(int start, int count)
        {
            _options.BeforeMicroBatch?.Invoke(count);
            using var scope = NewDisposeScope();
            var value = part.Learn(start, count);
            if (!double.IsFinite(value))
                RequireFinite(value, step, rate, part.FirstNotFinite(start, count));
            loss += value;
        }
    }

    /// <summary>Scores clips without learning from them.</summary>
    public abstract ClipSetMetrics Evaluate(IClipBatches clips);

    /// <summary>What is wrong if the loss of the first step is this one; null if nothing is.</summary>
    public virtual string? FaultOfFirstLoss(double loss) => null;

    /// <summary>Forward through the model on made clips, to a scalar: for measuring a step's time.</summary>
    public abstract Tensor Rehearse();

    /// <summary>Draws what is random in a step.</summary>
    protected abstract Part Begin(ClipBatch batch, int step);

    private static void RequireFinite(double value, int step, double rate, string? where)
    {
        if (!double.IsFinite(value))
            throw new InvalidOperationException(
                $"The loss or its gradient became {value} at step {step + 1}, learning rate {rate:g3}"
                + (where is null ? "" : $", first in {where}")
                + ". Lower the learning rate, lengthen the warm-up, or set GradientClipping.");
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        Optimizer.ClearGradients();
        Optimizer.Dispose();
        Average?.Dispose();
    }

    /// <summary>One step's samples and random numbers.</summary>
    protected abstract class Part : IDisposable
    {
        /// <summary>Forgets what was learnt of the step's samples.</summary>
        public abstract void Restart();

        /// <summary>Forward and backward for some of the samples.</summary>
        /// <returns>Their share of the step's loss.</returns>
        public abstract double Learn(int start, int count);

        /// <summary>Where numbers first are not finite for some of the samples; null if that is not known.</summary>
        public abstract string? FirstNotFinite(int start, int count);

        /// <summary>Counts the samples, once the step is done.</summary>
        public abstract void Count();

        public abstract void Dispose();
    }
}
