using GardenerML.Training;
using GardenerML.VideoMae;
using static TorchSharp.torch;

namespace GardenerML.Sensitivity;

/// <summary>Measures models on the same clips, which are decoded once as far as the frame cache holds them.</summary>
internal sealed class ClipSetEvaluator(IReadOnlyList<LabelledClip> clips, VideoClassifierOptions options, FrameCache cache)
{
    /// <summary>Scores all clips.</summary>
    public ClipSetMetrics Evaluate(VideoMaeClassifier model)
    {
        var classes = model.Configuration.ClassCount;
        var tally = new ClassificationTally(classes);
        using var inference = inference_mode();
        using var pixels = new PixelNormalisation(model.Configuration, model.Device);
        var loader = new ClipLoader(clips, options.DecodingThreads ?? Environment.ProcessorCount, cache);
        foreach (var batch in loader.InOrder(options.ScoringBatchSize, options.Cancellation))
        {
            using (batch)
            using (NewDisposeScope())
            {
                var logits = model.forward(pixels.Apply(batch.Frames.to(model.Device))).to(ScalarType.Float32).cpu().data<float>().ToArray();
                for (var i = 0; i < batch.Labels.Length; i++)
                    tally.Add((int)batch.Labels[i], logits.AsSpan(i * classes, classes));
            }
        }
        return tally.ToMetrics();
    }
}
