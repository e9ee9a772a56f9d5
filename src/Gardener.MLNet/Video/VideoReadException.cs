namespace GardenerML.Video;

/// <summary>A video cannot be read. The message names the file and says what can be done.</summary>
public sealed class VideoReadException : IOException
{
    internal VideoReadException(VideoReadFailure reason, string? path, string message, Exception? inner = null)
        : base(message, inner)
    {
        Reason = reason;
        Path = path;
    }

    /// <summary>Why the video cannot be read.</summary>
    public VideoReadFailure Reason { get; }

    /// <summary>The file, or null where the video came from memory.</summary>
    public string? Path { get; }
}
