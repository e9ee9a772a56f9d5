using GardenerML.Checkpoints;
using GardenerML.Video;

namespace GardenerML.Pruning;

/// <summary>The checkpoint that a plan is for.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Hash">Identity of its weights.</param>
/// <param name="BlockPattern">How the tensors of a block are named; null for VideoMAE.</param>
/// <param name="Costs">What models of some of its blocks cost.</param>
internal sealed record PlanSubject(string Path, string Hash, string? BlockPattern, ModelCosts Costs)
{
    /// <summary>A VideoMAE checkpoint.</summary>
    /// <param name="checkpoint">The open checkpoint.</param>
    /// <param name="clips">The clips that the model is for; null for those of the checkpoint.</param>
    public static PlanSubject Of(VideoMaeCheckpoint checkpoint, VideoClipDataViewType? clips)
    {
        var geometry = checkpoint.Configuration;
        // Clips that do not fit the model's patches are the trainer's to refuse.
        if (clips is not null && clips.FrameCount % geometry.TubeletSize == 0 && clips.Height % geometry.PatchSize == 0)
            geometry = geometry with { FrameCount = clips.FrameCount, ImageSize = clips.Height };
        return new PlanSubject(checkpoint.Source, WeightsHash.Of(checkpoint), null, new VideoMaeCosts(geometry));
    }
}
