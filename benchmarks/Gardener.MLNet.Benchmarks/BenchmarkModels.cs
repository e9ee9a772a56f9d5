using GardenerML.VideoMae;
using static TorchSharp.torch;

namespace GardenerML.Benchmarks;

/// <summary>The models that the tables measure.</summary>
internal static class BenchmarkModels
{
    /// <summary>The published base model.</summary>
    public static VideoMaeConfiguration Base { get; } = VideoMaeConfiguration.Base with { ClassCount = 101 };

    /// <summary>The size of the checkpoints that the library brings.</summary>
    public static VideoMaeConfiguration Tiny { get; } = new()
    {
        FrameCount = 8,
        ImageSize = 64,
        Width = 128,
        HeadCount = 4,
        MlpWidth = 512,
        ClassCount = 101,
    };

    /// <summary>A model with weights as before training, the same each time.</summary>
    public static VideoMaeClassifier WithRandomWeights(VideoMaeConfiguration configuration)
    {
        var model = new VideoMaeClassifier(configuration);
        using var generator = new Generator(1);
        WeightInitialisation.Fill(model, generator, _ => true);
        return model;
    }
}
