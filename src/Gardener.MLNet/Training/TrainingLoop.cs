using System.Diagnostics;
using Microsoft.ML.Runtime;

namespace GardenerML.Training;

/// <summary>The training loop: epochs of steps, shuffled anew each time, validation, what is kept, and what is told.</summary>
internal sealed class TrainingLoop : IDisposable
{
    private readonly VideoTrainingOptions _options;
    private readonly int _seed;
    private readonly IChannel _channel;
    private readonly TrainingStep _step;
    private readonly TrainingPosition _position;
    private readonly TrainingStore? _store;
    private readonly TrainingLog? _log;
    private readonly BestWeights? _best;

    /// <summary>Prepares a run, or the rest of one.</summary>
    /// <param name="step">What is learnt; its model is trained in place.</param>
    /// <param name="options">How.</param>
    /// <param name="seed">What everything random is drawn by.</param>
    /// <param name="store">Where the state is kept; null for nowhere.</param>
    /// <param name="channel">For messages.</param>
    public TrainingLoop(TrainingStep step, VideoTrainingOptions options, int seed, TrainingStore? store, IChannel channel)
    {
        (_step, _options, _seed, _channel, _store) = (step, options, seed, channel, store);
        _best = options.ReturnsBest ? new BestWeights(step.Weights) : null;
        _position = store?.Restore(step, _best) ?? new TrainingPosition();
        _position.Precision ??= PrecisionChoice.Resolve(options.Precision, step);
        step.ComputeType = PrecisionChoice.TypeOf(_position.Precision.Value);
        if (options.Precision == Precision.Auto)
            channel.Info($"Training in {_position.Precision}.");
        if (_position.Step > 0)
            channel.Info($"Going on after step {_position.Step}, in epoch {_position.Epoch}.");
        _log = options.LogFolder is { } folder ? new TrainingLog(folder, _position) : null;
    }

    /// <summary>The finished epochs.</summary>
    public IReadOnlyList<EpochMetrics> History => _position.History;

    /// <summary>Tells of smaller micro-batches.</summary>
    public static Action<int, int> WarnOfSmaller(VideoTrainingOptions options, IChannel channel) => (before, now) => channel.Warning(
        $"The device ran out of memory with {before} samples at a time; going on with {now}. A step still has "
        + $"{options.BatchSize * options.RepeatedSamples}.");

    /// <summary>Trains the model in place.</summary>
    /// <param name="training">The clips to learn from; at least one.</param>
    /// <param name="validation">Clips to score after each epoch; null for none.</param>
    /// <param name="progress">ML.NET's progress channel.</param>
    public void Run(IClipBatches training, IClipBatches? validation, IProgressChannel progress)
    {
        var stepsPerEpoch = (int)(((long)training.Count + _options.BatchSize - 1) / _options.BatchSize);
        var stepCount = stepsPerEpoch * _options.Epochs;
        var scale = _options.LearningRateScale;
        var warmup = (int)Math.Round(_options.WarmupEpochs * stepsPerEpoch);
        if (warmup == stepCount)
            _channel.Warning($"WarmupEpochs is {_options.WarmupEpochs} of {_options.Epochs}, so the learning rate rises to the end and never falls.");
        var schedule = new LearningRateSchedule(
            scale * _options.LearningRate, scale * _options.MinimumLearningRate, warmup, stepCount);
        progress.SetHeader(
            new ProgressHeader(["TrainingLoss", "TrainingAccuracy", "ValidationLoss", "ValidationAccuracy"], ["steps"]),
            entry => entry.SetProgress(0, _position.Step, stepCount));
        try
        {
            while (_position.Epoch <= Math.Min(_options.Epochs, _options.PauseAfterEpoch ?? int.MaxValue) && !_position.Stopped)
                RunEpoch(training, validation, schedule, stepCount, progress);
        }
        catch (OperationCanceledException)
        {
            Save();
            throw;
        }
        _step.Optimizer.ClearGradients();
        if (_best is { IsEmpty: false })
            _best.Restore();
        else
            _step.Average?.Exchange();
    }

    /// <summary>Scores clips without learning from them, by the average of the weights where there is one.</summary>
    private ClipSetMetrics Evaluate(IClipBatches clips)
    {
        using var average = _step.Average?.InPlace();
        return _step.Evaluate(clips);
    }

    private void RunEpoch(
        IClipBatches training, IClipBatches? validation, LearningRateSchedule schedule, int stepCount, IProgressChannel progress)
    {
        var epoch = _position.Epoch;
        _step.Tally = _position.Tally;
        var clock = Stopwatch.StartNew();
        var samples = 0;
        foreach (var batch in training.Epoch(
            _options.BatchSize, new EpochSeed(_seed, epoch), _position.StepInEpoch, _options.Cancellation))
        {
            using (batch)
            {
                _options.Cancellation.ThrowIfCancellationRequested();
                var rate = schedule.At(_position.Step);
                var (loss, norm) = _step.Run(batch, _position.Step, rate);
                if (_position.Step == 0 && _step.FaultOfFirstLoss(loss) is { } fault)
                    _channel.Warning(fault);
                samples += batch.Labels.Length;
                _position.LossSum += loss * batch.Labels.Length;
                _position.Samples += batch.Labels.Length;
                _position.Tally = _step.Tally;
                _position.StepInEpoch++;
                _position.Step++;
                _log?.Step(_position.Step, loss, rate, norm);
                if (_store?.IsDue(_position.Step) == true)
                    Save();
                _options.Progress?.Report(
                    new TrainingProgress(epoch, _options.Epochs, _position.Step, stepCount, loss, rate));
            }
        }
        var seconds = clock.Elapsed.TotalSeconds;
        var metrics = new EpochMetrics(
            epoch, _options.Epochs, _position.LossSum / _position.Samples, _step.TrainingAccuracy, schedule.At(_position.Step - 1),
            validation is null ? null : Evaluate(validation), samples / training.Repeats / seconds);
        EndEpoch(metrics, progress);
    }

    private void EndEpoch(EpochMetrics metrics, IProgressChannel progress)
    {
        _position.Add(metrics);
        if (_best is not null && _position.Best == metrics)
        {
            using var average = _step.Average?.InPlace();
            _best.Keep();
            _store?.SaveBest(_best, metrics.Epoch);
        }
        _position.Stopped = _options.EarlyStoppingPatience <= metrics.Epoch - _position.Best?.Epoch;
        Save();
        _log?.Epoch(_position, metrics);
        progress.Checkpoint(
            metrics.TrainingLoss, Known(metrics.TrainingAccuracy), metrics.Validation?.Loss, Known(metrics.Validation?.Accuracy), _position.Step);
        _channel.Info(metrics.Summary);
        if (_position.Stopped)
            _channel.Info($"No better validation result for {_options.EarlyStoppingPatience} epoch{(_options.EarlyStoppingPatience == 1 ? "" : "s")}: training ends, with the weights of "
                + $"epoch {_position.Best!.Epoch}.");
        _options.MetricsCallback?.Invoke(metrics);
    }

    private static double? Known(double? value) => value is double.NaN ? null : value;

    private void Save() => _store?.Save(_step, _position);

    public void Dispose() => _best?.Dispose();
}
