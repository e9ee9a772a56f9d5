namespace GardenerML.Video;

/// <summary>Why a video could not be read.</summary>
public enum VideoReadFailure
{
    /// <summary>No file of that name, or no name at all.</summary>
    NotFound,

    /// <summary>The path is that of a folder.</summary>
    Folder,

    /// <summary>The file cannot be opened: permissions, or another program holds it.</summary>
    NotReadable,

    /// <summary>The file has no content.</summary>
    Empty,

    /// <summary>
    /// The content is not a video, has no video stream, or is in a format that the decoder does not know.
    /// </summary>
    NotAVideo,

    /// <summary>The file opens as a video, but no frame of it can be decoded.</summary>
    NoFrames,

    /// <summary>The frames are larger than <see cref="VideoLoadingOptions.MaxFrameSide"/> allows.</summary>
    TooLarge,
}
