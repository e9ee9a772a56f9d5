namespace GardenerML.Video;

/// <summary>Which frames of a video make up a clip.</summary>
public enum FrameSampling
{
    /// <summary>
    /// Every <see cref="VideoLoadingOptions.SamplingRate"/>-th frame from the first one on, as in arXiv 2602.03918.
    /// </summary>
    First,

    /// <summary>
    /// The centre of each of <see cref="VideoLoadingOptions.FrameCount"/> equal segments of the whole video (temporal
    /// segment
    /// networks, arXiv 1608.00859). The sampling rate plays no part.
    /// </summary>
    Uniform,

    /// <summary>
    /// Every <see cref="VideoLoadingOptions.SamplingRate"/>-th frame from a random start, new each time a trainer reads
    /// the
    /// clip. Where there is no randomness, as in scoring, it is the same as <see cref="Centre"/>.
    /// </summary>
    RandomStart,

    /// <summary>
    /// Every <see cref="VideoLoadingOptions.SamplingRate"/>-th frame, the clip in the middle of the video.
    /// </summary>
    Centre,

    /// <summary>
    /// As <see cref="RandomStart"/>, with the rate random too: from 1 to <see cref="VideoLoadingOptions.SamplingRate"/>, so that
    /// the same motion is seen at several speeds.
    /// </summary>
    RandomStartAndRate,
}
