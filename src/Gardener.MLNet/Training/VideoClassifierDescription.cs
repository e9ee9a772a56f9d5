using System.Text.Json;
using GardenerML.Checkpoints;
using GardenerML.Pruning;

namespace GardenerML.Training;

/// <summary>What a saved classifier needs beside its weights.</summary>
internal sealed record VideoClassifierDescription
{
    private static readonly JsonSerializerOptions Strict = new() { RespectNullableAnnotations = true };

    public required string VideoColumnName { get; init; }

    public required string ScoreColumnName { get; init; }

    public required string PredictedLabelColumnName { get; init; }

    public required int ScoringBatchSize { get; init; }

    public required TensorType SavedWeightType { get; init; }

    /// <summary>Absent in models that were saved before there was a choice.</summary>
    public Precision ScoringPrecision { get; init; } = Precision.Float32;

    public PruningPlan? PruningPlan { get; init; }

    /// <summary>Reads what <see cref="JsonSerializer"/> writes of it.</summary>
    /// <exception cref="JsonException">The text is not a description.</exception>
    public static VideoClassifierDescription FromJson(string json)
    {
        var read = JsonSerializer.Deserialize<VideoClassifierDescription>(json, Strict) ?? throw new JsonException("It is null.");
        // The rules are those of the options that the values came from.
        var options = new VideoClassifierOptions
        {
            VideoColumnName = read.VideoColumnName,
            ScoreColumnName = read.ScoreColumnName,
            PredictedLabelColumnName = read.PredictedLabelColumnName,
            ScoringBatchSize = read.ScoringBatchSize,
            SavedWeightType = read.SavedWeightType,
            ScoringPrecision = read.ScoringPrecision,
        };
        try
        {
            options.Validate();
            return read;
        }
        catch (ArgumentException e)
        {
            throw new JsonException(e.Message, e);
        }
    }
}
