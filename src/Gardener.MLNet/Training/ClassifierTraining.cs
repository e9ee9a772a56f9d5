using System.Diagnostics;
using GardenerML.VideoMae;
using Microsoft.ML.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GardenerML.Training;

/// <summary>The fine-tuning loop: AdamW on cross entropy, warm-up and cosine, shuffled anew each epoch.</summary>
internal sealed class ClassifierTraining : IDisposable
{
    private readonly VideoMaeClassifier _model;
    private readonly VideoClassifierOptions _options;
    private readonly int _seed;
    private readonly IChannel _channel;
    private readonly PixelNormalisation _pixels;
    private readonly Generator _generator;
    private readonly StochasticRegularisation _regularisation;

    public ClassifierTraining(VideoMaeClassifier model, VideoClassifierOptions options, int seed, IChannel channel)
    {
        _model = model;
        _options = options;
        _seed = seed;
        _channel = channel;
        _pixels = new PixelNormalisation(model.Configuration, model.Device);
        // Not the seed itself: the first weights were drawn by that.
        _generator = new Generator((uint)seed ^ 0x9E3779B9u, model.Device);
        _regularisation = new StochasticRegularisation(options, model.Configuration.BlockCount, _generator);
    }

    /// <summary>Trains the model in place.</summary>
    /// <param name="training">The clips to learn from; at least one.</param>
    /// <param name="validation">Clips to score after each epoch; null for none.</param>
    /// <param name="progress">ML.NET's progress channel.</param>
    public void Run(ClipLoader training, ClipLoader? validation, IProgressChannel progress)
    {
        var stepsPerEpoch = (int)(((long)training.Count + _options.BatchSize - 1) / _options.BatchSize);
        var stepCount = stepsPerEpoch * _options.Epochs;
        var schedule = new LearningRateSchedule(
            _options.LearningRate, _options.MinimumLearningRate, (int)Math.Round(_options.WarmupEpochs * stepsPerEpoch), stepCount);
        using var optimizer = MakeOptimizer();

        var step = 0;
        progress.SetHeader(
            new ProgressHeader(["TrainingLoss", "TrainingAccuracy", "ValidationAccuracy"], ["steps"]),
            entry => entry.SetProgress(0, Volatile.Read(ref step), stepCount));

        for (var epoch = 1; epoch <= _options.Epochs; epoch++)
        {
            var tally = new ClassificationTally(_model.Configuration.ClassCount);
            var clock = Stopwatch.StartNew();
            var rate = 0.0;
            double lossSum = 0;
            foreach (var batch in training.Epoch(_options.BatchSize, new EpochSeed(_seed, epoch), _options.Cancellation))
            {
                using (batch)
                {
                    rate = schedule.At(step);
                    var loss = Step(batch, optimizer, rate, tally);
                    if (!double.IsFinite(loss))
                        throw new InvalidOperationException(
                            $"The loss became {loss} at step {step + 1} of {stepCount}, learning rate {rate:g3}. Lower the learning "
                            + "rate or lengthen the warm-up.");
                    lossSum += loss * batch.Labels.Length;
                    Volatile.Write(ref step, step + 1);
                    _options.Progress?.Report(
                        new TrainingProgress(epoch, _options.Epochs, step, stepCount, loss, rate));
                }
            }
            var seconds = clock.Elapsed.TotalSeconds;
            var trained = tally.ToMetrics();
            var metrics = new EpochMetrics(
                epoch, _options.Epochs, lossSum / training.Count, trained.Accuracy, rate,
                validation is null ? null : Evaluate(validation), training.Count / seconds);
            Report(metrics, progress, step);
        }
        // As large as the weights, and of no use to a trained model.
        foreach (var parameter in _model.parameters())
            parameter.grad = null;
    }

    /// <summary>Scores clips without learning from them.</summary>
    public ClipSetMetrics Evaluate(ClipLoader clips)
    {
        var tally = new ClassificationTally(_model.Configuration.ClassCount);
        using var noGradient = no_grad();
        foreach (var batch in clips.InOrder(_options.ScoringBatchSize, _options.Cancellation))
        {
            using (batch)
            using (NewDisposeScope())
                Add(tally, _model.forward(ToPixels(batch)), batch.Labels);
        }
        return tally.ToMetrics();
    }

    private double Step(ClipBatch batch, AdamW optimizer, double rate, ClassificationTally tally)
    {
        using var scope = NewDisposeScope();
        foreach (var group in optimizer.ParamGroups)
            group.LearningRate = rate;
        optimizer.zero_grad();

        var tokens = _model.Encode(ToPixels(batch), _options.DropPath > 0 ? _regularisation.DropPath : null);
        var logits = _model.Classify(tokens, _regularisation.HeadDropout);
        var labels = tensor(batch.Labels, device: _model.Device);
        var loss = nn.functional.cross_entropy(logits, labels, label_smoothing: _options.LabelSmoothing);
        loss.backward();
        optimizer.step();

        Add(tally, logits.detach(), batch.Labels);
        return loss.ToDouble();
    }

    private Tensor ToPixels(ClipBatch batch) => _pixels.Apply(batch.Frames.to(_model.Device));

    private static void Add(ClassificationTally tally, Tensor logits, long[] labels)
    {
        using var here = logits.cpu();
        var values = here.data<float>().ToArray();
        var classes = values.Length / labels.Length;
        for (var i = 0; i < labels.Length; i++)
            tally.Add((int)labels[i], values.AsSpan(i * classes, classes));
    }

    /// <summary>AdamW whose weight decay spares biases and norms.</summary>
    private AdamW MakeOptimizer()
    {
        var parameters = _model.parameters().ToArray();
        AdamW.ParamGroup Group(IEnumerable<Parameter> members, double decay) =>
            new(members, new AdamW.Options { LearningRate = 0, weight_decay = decay, beta1 = _options.Beta1, beta2 = _options.Beta2 });
        return optim.AdamW(
            [
                Group(parameters.Where(p => p.dim() > 1), _options.WeightDecay),
                Group(parameters.Where(p => p.dim() <= 1), 0),
            ],
            beta1: _options.Beta1, beta2: _options.Beta2);
    }

    private void Report(EpochMetrics metrics, IProgressChannel progress, int step)
    {
        progress.Checkpoint(metrics.TrainingLoss, metrics.TrainingAccuracy, metrics.Validation?.Accuracy, step);
        var validation = metrics.Validation is { } v ? $", validation accuracy {v.Accuracy:0.000}" : "";
        _channel.Info($"Epoch {metrics.Epoch} of {metrics.EpochCount}: loss {metrics.TrainingLoss:0.0000}, training accuracy "
            + $"{metrics.TrainingAccuracy:0.000}{validation}, {metrics.ClipsPerSecond:0} clips/s.");
        _options.MetricsCallback?.Invoke(metrics);
    }

    public void Dispose()
    {
        _pixels.Dispose();
        _generator.Dispose();
    }
}
