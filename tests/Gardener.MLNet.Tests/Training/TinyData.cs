using System.Reflection;
using GardenerML.Training;
using GardenerML.Video;
using GardenerML.VideoMae;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Tests.Training;

/// <summary>Clips of noise in three colours, in memory, and a model small enough to learn them in a second.</summary>
internal static class TinyData
{
    public const int Frames = 4;
    public const int Side = 16;
    public static readonly string[] Colours = ["blue", "green", "red"];

    public static readonly VideoClassifierOptions Options = new()
    {
        NewModel = new VideoMaeConfiguration { PatchSize = 8, Width = 24, BlockCount = 2, HeadCount = 2, MlpWidth = 48 },
        Epochs = 2,
        BatchSize = 4,
        LearningRate = 2e-3,
        Seed = 1,
        DecodingThreads = 2,
        Device = ComputeDevice.Cpu,
    };

    /// <summary>Rows of each colour in turn; the same seed gives the same pixels.</summary>
    public static TinyRow[] Rows(int count, int seed = 1, int colours = 3) =>
    [
        .. Enumerable.Range(0, count).Select(i => new TinyRow
        {
            Number = i,
            Label = Colours[i % colours],
            Group = $"g{i / colours % 4}",
            Video = VideoClip.FromFrames(Pixels(i % colours, seed * 1000 + i), Frames, Side, Side),
            Vector = [i, -i],
        }),
    ];

    /// <summary>Noise in which one channel is brighter than the others on average.</summary>
    public static byte[] Pixels(int colour, int seed)
    {
        var random = new Random(seed);
        var pixels = new byte[Frames * Side * Side * 3];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)random.Next(i % 3 == 2 - colour ? 70 : 0, 200);
        return pixels;
    }

    public static IDataView View(this MLContext ml, params TinyRow[] rows) => ml.Data.LoadFromEnumerable(rows);

    /// <summary>Rows whose labels are keys already: all three colours, whichever occur.</summary>
    public static IDataView Keyed(this MLContext ml, params TinyRow[] rows)
    {
        var all = ml.View(Rows(3));
        return ml.Transforms.Conversion.MapValueToKey("Label", keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Fit(all).Transform(ml.View(rows));
    }

    public static VideoClassifierTrainer Trainer(this MLContext ml, VideoClassifierOptions? options = null) =>
        ml.MulticlassClassification.Trainers.VideoClassifier(options ?? Options);

    public static float[][] Scores(this ITransformer model, IDataView data, string column = "Score") =>
        [.. model.Transform(data).GetColumn<float[]>(column)];

    /// <summary>All weights, end to end.</summary>
    public static float[] Weights(this VideoClassifierTransformer model)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        return [.. model.Model.parameters().SelectMany(parameter => parameter.detach().cpu().data<float>().ToArray())];
    }

    /// <summary>Trains and gives the weights.</summary>
    public static float[] TrainedWeights(VideoClassifierOptions options, IDataView data, MLContext? ml = null)
    {
        using var model = (ml ?? new MLContext(1)).Trainer(options).Fit(data);
        return model.Weights();
    }

    // ML.NET makes it internally when estimators are chained.
    public static SchemaShape Shape(DataViewSchema schema) => (SchemaShape)typeof(SchemaShape)
        .GetMethod("Create", BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!
        .Invoke(null, BindingFlags.DoNotWrapExceptions, null, [schema], null)!;
}

internal sealed class TinyRow
{
    public int Number { get; set; }

    public string? Label { get; set; }

    public string Group { get; set; } = "";

    [VideoClipType(TinyData.Frames, TinyData.Side, TinyData.Side)]
    public VideoClip? Video { get; set; }

    [VectorType(2)]
    public float[] Vector { get; set; } = [];
}
