using System.Diagnostics;
using static TorchSharp.torch;

namespace GardenerML.VideoMae;

/// <summary>Measures how fast a model computes, decoding left out.</summary>
public static class ModelSpeed
{
    /// <summary>
    /// Clips per second of scoring in single precision, from decoded frames to logits: of the fastest of repeated batches, after a
    /// warm-up, since whatever else the machine does only slows a batch down.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="batchSize">Clips that go through together; at least 1.</param>
    /// <param name="duration">How long to measure; at least three batches are timed.</param>
    public static double ClipsPerSecond(VideoMaeClassifier model, int batchSize, TimeSpan duration) =>
        ClipsPerSecond([model], batchSize, duration)[0];

    /// <summary>
    /// Clips per second of several models, timed in turn, so that their ratio holds on a machine that others use too.
    /// </summary>
    /// <param name="models">The models.</param>
    /// <param name="batchSize">Clips that go through together; at least 1.</param>
    /// <param name="duration">How long to measure in all; at least three batches of each model are timed.</param>
    /// <returns>The speed of each model.</returns>
    public static double[] ClipsPerSecond(IReadOnlyList<VideoMaeClassifier> models, int batchSize, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(models);
        if (models.Count == 0)
            return [];
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var passes = new List<ScoringPass>();
        var clips = models.Select(model => Clips(model.Configuration, batchSize, model.Device)).ToArray();
        var seconds = models.Select(_ => new List<double>()).ToArray();
        try
        {
            foreach (var model in models)
                passes.Add(new ScoringPass(model, ScalarType.Float32));
            Round(keep: false);
            for (var total = Stopwatch.StartNew(); seconds[0].Count < 3 || total.Elapsed < duration;)
                Round(keep: true);
        }
        finally
        {
            foreach (var pass in passes)
                pass.Dispose();
        }
        return [.. seconds.Select(times => batchSize / times.Min())];

        void Round(bool keep)
        {
            for (var i = 0; i < models.Count; i++)
            {
                var start = Stopwatch.GetTimestamp();
                using var logits = passes[i].Forward(clips[i]);
                // Copying the logits to main memory waits for the device.
                using var here = logits.cpu();
                if (keep)
                    seconds[i].Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }
    }

    private static Tensor Clips(VideoMaeConfiguration configuration, int batchSize, Device device) => zeros(
        [batchSize, configuration.FrameCount, configuration.ImageSize, configuration.ImageSize, 3], ScalarType.Byte, device);
}
