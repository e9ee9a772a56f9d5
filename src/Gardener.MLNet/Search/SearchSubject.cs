using System.Collections.Concurrent;
using GardenerML.Checkpoints;
using GardenerML.Pruning;
using GardenerML.Training;
using GardenerML.Video;

namespace GardenerML.Search;

/// <summary>The checkpoint of an experiment: its blocks, what criteria say of them, and what models without some of them cost.</summary>
internal sealed class SearchSubject
{
    private readonly ConcurrentDictionary<string, BlockImportance[]> _importances = new();
    private readonly GardenerExperimentOptions _options;
    private readonly PlanSubject _subject;

    /// <summary>Opens the checkpoint.</summary>
    /// <param name="options">Valid options.</param>
    /// <param name="clips">The clips that models are for; null for those of the checkpoint.</param>
    /// <exception cref="CheckpointException">The checkpoint cannot be used.</exception>
    /// <exception cref="InvalidOperationException">The checkpoint's model cannot have such clips.</exception>
    public SearchSubject(GardenerExperimentOptions options, VideoClipDataViewType? clips)
    {
        _options = options;
        using var checkpoint = VideoMaeCheckpoint.Open(options.Checkpoint);
        if (clips is not null)
        {
            // Or every trial would fail by it.
            ModelStart.RequireDivisible(clips, checkpoint.Configuration);
            ModelStart.RequireChosen(clips, checkpoint);
        }
        _subject = PlanSubject.Of(checkpoint, clips);
        BlockCount = checkpoint.BlockCount;
    }

    public int BlockCount { get; }

    /// <summary>Identity of the weights.</summary>
    public string Hash => _subject.Hash;

    /// <summary>The blocks in a criterion's order of removal.</summary>
    public IReadOnlyList<int> RemovalOrder(PruningCriterion criterion) =>
        [.. Importances(criterion).OrderBy(block => block.RemovalRank).Select(block => block.Index)];

    /// <summary>The plan of a trial.</summary>
    public PruningPlan Plan(GardenerTrialSettings settings, PruningCriterion criterion) => PruningPlanner.Make(
        _subject, criterion.Name, _options.Weights, Importances(criterion), PruningTarget.Blocks(settings.Removed), [], 1);

    private BlockImportance[] Importances(PruningCriterion criterion) => _importances.GetOrAdd(criterion.Name, _ =>
    {
        using var checkpoint = VideoMaeCheckpoint.Open(_options.Checkpoint);
        var blocks = BlockTensors.Of(checkpoint, _options.Weights);
        return BlockImportances.Of(BlockScores.Compute(blocks, criterion, cancellationToken: _options.Training.Cancellation));
    });
}
