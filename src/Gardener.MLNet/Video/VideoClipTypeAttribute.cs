using Microsoft.ML.Data;

namespace GardenerML.Video;

/// <summary>Marks a <see cref="VideoClip"/> member of a row class, and states the geometry of its clips.</summary>
/// <param name="frameCount">Frames in a clip, at least 1.</param>
/// <param name="height">Height of a frame in pixels, at least 1.</param>
/// <param name="width">Width of a frame in pixels, at least 1.</param>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class VideoClipTypeAttribute(int frameCount = 16, int height = 224, int width = 224)
    : DataViewTypeAttribute
{
    /// <summary>Frames in a clip.</summary>
    public int FrameCount => frameCount;

    /// <summary>Height of a frame in pixels.</summary>
    public int Height => height;

    /// <summary>Width of a frame in pixels.</summary>
    public int Width => width;

    /// <inheritdoc/>
    public override void Register() =>
        DataViewTypeManager.Register(new VideoClipDataViewType(frameCount, height, width), typeof(VideoClip), this);

    /// <inheritdoc/>
    public override bool Equals(DataViewTypeAttribute? other) =>
        other is VideoClipTypeAttribute type
        && (type.FrameCount, type.Height, type.Width) == (frameCount, height, width);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(frameCount, height, width);
}
