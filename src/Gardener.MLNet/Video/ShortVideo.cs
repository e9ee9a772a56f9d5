namespace GardenerML.Video;

/// <summary>What fills a clip when the video has too few frames for it.</summary>
public enum ShortVideo
{
    /// <summary>The last frame of the video, again and again.</summary>
    RepeatLast,

    /// <summary>The video from its beginning.</summary>
    Wrap,
}
