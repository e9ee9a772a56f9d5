namespace GardenerML.Video;

/// <summary>Checks that a clip is what its column's type says: a user's class may state one geometry and hold another.</summary>
internal static class ClipGeometry
{
    /// <summary>Gives the clip back if it has the right number of frames of the right size.</summary>
    /// <param name="clip">The clip of a row.</param>
    /// <param name="row">The row's position, for the message.</param>
    /// <param name="frameCount">Frames that it must have.</param>
    /// <param name="side">Height and width that it must have, in pixels.</param>
    /// <exception cref="InvalidOperationException">It is null or of another geometry.</exception>
    public static VideoClip Require(VideoClip? clip, long row, int frameCount, int side) =>
        Require(clip, row, frameCount, side, side);

    /// <summary>The same for clips that need not be square.</summary>
    public static VideoClip Require(VideoClip? clip, long row, int frameCount, int height, int width)
    {
        if (clip is null)
            throw new InvalidOperationException($"Row {row} has no clip (null).");
        if ((clip.FrameCount, clip.Height, clip.Width) == (frameCount, height, width))
            return clip;
        var name = clip.Path is { } path ? $" ({path})" : "";
        throw new InvalidOperationException(
            $"The clip of row {row}{name} is {clip.FrameCount} frames of {clip.Height} x {clip.Width} pixels; it must be "
            + $"{frameCount} frames of {height} x {width}, as the type of its column says.");
    }
}
