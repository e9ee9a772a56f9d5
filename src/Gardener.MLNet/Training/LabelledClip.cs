using GardenerML.Video;

namespace GardenerML.Training;

/// <summary>A row of the training data.</summary>
/// <param name="Clip">The clip; decoded when needed.</param>
/// <param name="Label">Its 0-based label.</param>
internal readonly record struct LabelledClip(VideoClip Clip, int Label);
