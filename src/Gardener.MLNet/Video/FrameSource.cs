using OpenCvSharp;

namespace GardenerML.Video;

/// <summary>Frames of a video, one after the other from the first on.</summary>
internal abstract class FrameSource : IDisposable
{
    /// <summary>Frames that the source says it has: a hint that may be wrong; below 1 where it says nothing.</summary>
    public abstract int StatedCount { get; }

    /// <summary>Degrees, clockwise, that frames have to be turned by to be upright.</summary>
    public virtual int Rotation => 0;

    /// <summary>Whether frames are red, green, blue; else they are blue, green, red.</summary>
    public virtual bool IsRgb => false;

    /// <summary>The file, or null.</summary>
    public virtual string? Path => null;

    /// <summary>Goes to the next frame; false at the end.</summary>
    public abstract bool Grab();

    /// <summary>
    /// The pixels of the frame that was grabbed, 8 bits in 3 channels, valid until the next call; null at a fault.
    /// </summary>
    public abstract Mat? Retrieve();

    public abstract void Dispose();

    /// <summary>Goes to the end.</summary>
    /// <returns>Frames passed.</returns>
    public int SkipToEnd(CancellationToken cancellation)
    {
        int passed = 0;
        while (Grab())
        {
            cancellation.ThrowIfCancellationRequested();
            passed++;
        }
        return passed;
    }
}
