namespace GardenerML.Video;

/// <summary>How the pixels of a clip are laid out in a vector.</summary>
public enum ClipTensorLayout
{
    /// <summary>Single, [3, frames, height, width]: scaled to [0, 1], less the mean, divided by the standard deviation.</summary>
    Normalized,

    /// <summary>Byte, [frames, height, width, 3]: the pixels as they are decoded, red, green, blue.</summary>
    Bytes,
}
