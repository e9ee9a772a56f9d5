using Microsoft.ML.Data;

namespace GardenerML.Video;

/// <summary>
/// The type of a column of <see cref="VideoClip"/> values. It always states how many frames a clip has, and of which
/// size.
/// </summary>
public sealed class VideoClipDataViewType : StructuredDataViewType
{
    /// <summary>Makes the type of clips of the given geometry.</summary>
    /// <param name="frameCount">Frames in a clip, at least 1.</param>
    /// <param name="height">Height of a frame in pixels, at least 1.</param>
    /// <param name="width">Width of a frame in pixels, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is below 1.</exception>
    public VideoClipDataViewType(int frameCount, int height, int width)
        : base(typeof(VideoClip))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frameCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        FrameCount = frameCount;
        Height = height;
        Width = width;
    }

    /// <summary>Whether somebody chose <see cref="FrameCount"/>; no part of the type's identity.</summary>
    internal bool FrameCountIsChosen { get; init; } = true;

    /// <summary>Whether somebody chose <see cref="Height"/> and <see cref="Width"/>; no part of the type's identity.</summary>
    internal bool SizeIsChosen { get; init; } = true;

    /// <summary>Frames in a clip.</summary>
    public int FrameCount { get; }

    /// <summary>Height of a frame in pixels.</summary>
    public int Height { get; }

    /// <summary>Width of a frame in pixels.</summary>
    public int Width { get; }

    /// <inheritdoc/>
    public override bool Equals(DataViewType? other) =>
        other is VideoClipDataViewType type
        && (type.FrameCount, type.Height, type.Width) == (FrameCount, Height, Width);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DataViewType);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(FrameCount, Height, Width);

    /// <inheritdoc/>
    public override string ToString() => $"VideoClip<{FrameCount}, {Height}, {Width}>";
}
