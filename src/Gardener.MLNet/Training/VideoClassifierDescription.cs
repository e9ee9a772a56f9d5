using GardenerML.Checkpoints;
using GardenerML.Pruning;
using GardenerML.VideoMae;

namespace GardenerML.Training;

/// <summary>What a saved classifier needs beside its weights.</summary>
internal sealed record VideoClassifierDescription
{
    public VideoMaeConfiguration? Configuration { get; init; }

    public required string VideoColumnName { get; init; }

    public required string ScoreColumnName { get; init; }

    public required string PredictedLabelColumnName { get; init; }

    public required int ScoringBatchSize { get; init; }

    public required TensorType SavedWeightType { get; init; }

    public PruningPlan? PruningPlan { get; init; }
}
