namespace GardenerML.Video;

/// <summary>How a frame is brought to the square that the model takes.</summary>
public enum FrameResize
{
    /// <summary>Both sides are scaled to the wanted size; the aspect ratio is lost, nothing is cut off.</summary>
    Squash,

    /// <summary>The shorter side is scaled to the wanted size and the middle of the longer one is kept.</summary>
    ShortSideCentreCrop,
}
