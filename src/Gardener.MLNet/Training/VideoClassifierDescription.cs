using GardenerML.Checkpoints;
using GardenerML.Pruning;

namespace GardenerML.Training;

/// <summary>What a saved classifier needs beside its weights.</summary>
internal sealed record VideoClassifierDescription
{
    public required string VideoColumnName { get; init; }

    public required string ScoreColumnName { get; init; }

    public required string PredictedLabelColumnName { get; init; }

    public required int ScoringBatchSize { get; init; }

    public required TensorType SavedWeightType { get; init; }

    public PruningPlan? PruningPlan { get; init; }
}
