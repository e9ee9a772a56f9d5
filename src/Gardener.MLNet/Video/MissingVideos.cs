namespace GardenerML.Video;

/// <summary>What happens to videos that a list names and the disk lacks.</summary>
public enum MissingVideos
{
    /// <summary>One error that counts them and names the first.</summary>
    Throw,

    /// <summary>They are left out, and a warning in the ML.NET log counts them.</summary>
    Skip,

    /// <summary>They stay, for what reads the videos to find and count.</summary>
    Keep,
}
