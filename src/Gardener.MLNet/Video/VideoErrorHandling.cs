namespace GardenerML.Video;

/// <summary>What happens to a row whose video cannot be read.</summary>
public enum VideoErrorHandling
{
    /// <summary>Reading it throws a <see cref="VideoReadException"/>.</summary>
    Throw,

    /// <summary>
    /// The row is left out of the data view, and a warning in the ML.NET log names the file and the reason.
    /// Whether a video can be read is told by its first frame: a clip of one that is damaged behind it is made of the frames
    /// before the damage.
    /// </summary>
    Skip,
}
