using System.Diagnostics;
using static TorchSharp.torch;

namespace GardenerML.VideoMae;

/// <summary>Measures how fast a model computes, decoding left out.</summary>
public static class ModelSpeed
{
    /// <summary>Clips per second of the forward pass: the median over repeated batches, after a warm-up.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batchSize">Clips that go through together; at least 1.</param>
    /// <param name="duration">How long to measure; at least three batches are timed.</param>
    public static double ClipsPerSecond(VideoMaeClassifier model, int batchSize, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var configuration = model.Configuration;
        var clips = zeros(
            [batchSize, 3, configuration.FrameCount, configuration.ImageSize, configuration.ImageSize], device: model.Device);

        Run();
        var seconds = new List<double>();
        for (var total = Stopwatch.StartNew(); seconds.Count < 3 || total.Elapsed < duration;)
        {
            var clock = Stopwatch.GetTimestamp();
            Run();
            seconds.Add(Stopwatch.GetElapsedTime(clock).TotalSeconds);
        }
        seconds.Sort();
        return batchSize / seconds[seconds.Count / 2];

        // Copying the logits to main memory waits for the device.
        void Run()
        {
            using var logits = model.forward(clips);
            using var here = logits.cpu();
        }
    }
}
