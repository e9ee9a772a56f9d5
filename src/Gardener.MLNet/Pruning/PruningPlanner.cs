using GardenerML.Checkpoints;
using GardenerML.Video;

namespace GardenerML.Pruning;

/// <summary>Makes plans.</summary>
internal static class PruningPlanner
{
    /// <summary>Scores the blocks of the options' checkpoint and chooses those to remove.</summary>
    /// <param name="options">Valid options.</param>
    /// <param name="clips">The clips that the model is for; null for those of the checkpoint.</param>
    /// <param name="cancellation">Stops the computation.</param>
    public static PruningPlan Make(PruningOptions options, VideoClipDataViewType? clips, CancellationToken cancellation)
    {
        var path = options.Checkpoint ?? options.Plan?.CheckpointPath ?? ShippedCheckpoints.VideoMaeTiny;
        if (options.BlockPattern is { } pattern)
        {
            if (options.Checkpoint is null && options.Plan is null)
                throw new InvalidOperationException("Name the checkpoint whose blocks BlockPattern names: a safetensors file.");
            using var stacked = StackedCheckpoint.Open(path, pattern);
            if (options.Plan is { } given)
            {
                given.CheckFits(path, stacked.BlockCount, stacked.Hash());
                return given with { CheckpointPath = path };
            }
            var weights = stacked.Weights(options.Weights);
            return Make(options, new(path, stacked.Hash(), pattern, stacked.Costs), Scores(weights));
        }
        using var checkpoint = VideoMaeCheckpoint.Open(path);
        if (options.Plan is { } plan)
        {
            plan.CheckFits(checkpoint);
            return plan with { CheckpointPath = path };
        }
        return Make(options, PlanSubject.Of(checkpoint, clips), Scores(BlockTensors.Of(checkpoint, options.Weights)));

        BlockScores Scores(StoredTensor[][] blocks) => BlockScores.Compute(blocks, options.Criterion, cancellationToken: cancellation);
    }

    /// <summary>Chooses among blocks whose order of removal is known.</summary>
    public static PruningPlan Make(
        PlanSubject subject, string criterion, WeightSet? weights, BlockImportance[] blocks,
        PruningTarget target, IReadOnlyCollection<int> protectedBlocks, int minimumKept)
    {
        var order = blocks.OrderBy(block => block.RemovalRank).Select(block => block.Index).ToArray();
        var choice = new RemovalChoice(order, protectedBlocks, minimumKept, subject.Costs);
        int[] removed = [.. target.Choose(choice).Order()];
        int[] all = [.. Enumerable.Range(0, blocks.Length)], kept = [.. all.Except(removed)];
        var cost = subject.Costs.Cost(kept);
        return new PruningPlan
        {
            Checkpoint = Path.GetFileName(Path.TrimEndingDirectorySeparator(subject.Path)),
            CheckpointPath = subject.Path,
            CheckpointHash = subject.Hash,
            BlockPattern = subject.BlockPattern,
            Criterion = criterion,
            Weights = weights,
            Target = target.ToString()!,
            Removed = removed,
            Kept = kept,
            Parameters = cost.Parameters,
            GigaFlops = cost.GigaFlops,
            Before = subject.Costs.Cost(all),
            Blocks = blocks,
        };
    }

    private static PruningPlan Make(PruningOptions options, PlanSubject subject, BlockScores scores) => Make(
        subject, scores.Criterion.Name, options.Weights, BlockImportances.Of(scores), options.Aim, options.Protected, options.MinimumKept);
}
