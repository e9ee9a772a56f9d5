using System.Text.Json;
using GardenerML.Checkpoints;

namespace GardenerML.Pretraining;

/// <summary>What a saved pretrained model needs beside its weights.</summary>
internal sealed record VideoMaePretrainedDescription
{
    private static readonly JsonSerializerOptions Strict = new() { RespectNullableAnnotations = true };

    public required string VideoColumnName { get; init; }

    public required string FeatureColumnName { get; init; }

    public required int ScoringBatchSize { get; init; }

    public required TensorType SavedWeightType { get; init; }

    /// <summary>What a model that is made with some options keeps of them.</summary>
    public static VideoMaePretrainedDescription Of(VideoMaePretrainingOptions options) => new()
    {
        VideoColumnName = options.VideoColumnName,
        FeatureColumnName = options.FeatureColumnName,
        ScoringBatchSize = options.ScoringBatchSize,
        SavedWeightType = options.SavedWeightType,
    };

    /// <summary>Reads what <see cref="JsonSerializer"/> writes of it.</summary>
    /// <exception cref="JsonException">The text is not a description.</exception>
    public static VideoMaePretrainedDescription FromJson(string json)
    {
        var read = JsonSerializer.Deserialize<VideoMaePretrainedDescription>(json, Strict) ?? throw new JsonException("It is null.");
        try
        {
            // The rules are those of the options that the values came from.
            new VideoMaePretrainingOptions
            {
                VideoColumnName = read.VideoColumnName,
                FeatureColumnName = read.FeatureColumnName,
                ScoringBatchSize = read.ScoringBatchSize,
                SavedWeightType = read.SavedWeightType,
            }.Validate();
            return read;
        }
        catch (ArgumentException e)
        {
            throw new JsonException(e.Message, e);
        }
    }
}
