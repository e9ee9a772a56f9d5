using System.Buffers;

namespace GardenerML.Video;

/// <summary>
/// Decoded frames: one byte a channel, channels red, green, blue, laid out [frame, row, column, channel] without gaps.
/// </summary>
/// <remarks>The pixels live in a pooled array that goes back to the pool when the frames are disposed.</remarks>
public sealed class VideoFrames : IDisposable
{
    private byte[]? _pixels;

    internal VideoFrames(int frameCount, int height, int width)
    {
        FrameCount = frameCount;
        Height = height;
        Width = width;
        _pixels = ArrayPool<byte>.Shared.Rent(checked(frameCount * FrameLength));
    }

    /// <summary>Number of frames.</summary>
    public int FrameCount { get; private set; }

    /// <summary>Height of a frame in pixels.</summary>
    public int Height { get; }

    /// <summary>Width of a frame in pixels.</summary>
    public int Width { get; }

    /// <summary>All pixels: <see cref="FrameCount"/> x <see cref="Height"/> x <see cref="Width"/> x 3 bytes.</summary>
    /// <exception cref="ObjectDisposedException">The frames are disposed.</exception>
    public ReadOnlySpan<byte> Pixels => Buffer.AsSpan(0, FrameCount * FrameLength);

    /// <summary>
    /// Where these are all frames of a video, how many its header says there are: a hint that may be wrong; else 0.
    /// </summary>
    internal int StatedCount { get; init; }

    internal int FrameLength => checked(Height * Width * 3);

    internal byte[] Buffer => Volatile.Read(ref _pixels) ?? throw new ObjectDisposedException(nameof(VideoFrames));

    /// <summary>The pixels of one frame: <see cref="Height"/> x <see cref="Width"/> x 3 bytes.</summary>
    /// <param name="index">Which frame, from 0 on.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such frame.</exception>
    /// <exception cref="ObjectDisposedException">The frames are disposed.</exception>
    public ReadOnlySpan<byte> Frame(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, FrameCount);
        return Buffer.AsSpan(index * FrameLength, FrameLength);
    }

    /// <summary>The pixels of some frames that follow each other.</summary>
    internal ReadOnlyMemory<byte> Slice(int first, int count) =>
        Buffer.AsMemory(first * FrameLength, checked(count * FrameLength));

    internal Span<byte> Writable(int index) => Buffer.AsSpan(index * FrameLength, FrameLength);

    /// <summary>Gives the pixels back to the pool. Harmless when called again.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _pixels, null) is { } pixels)
            ArrayPool<byte>.Shared.Return(pixels);
    }

    /// <summary>Makes room for another number of frames, keeping those that fit.</summary>
    internal void Resize(int frameCount)
    {
        var old = Buffer;
        if ((long)frameCount * FrameLength > old.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(checked(frameCount * FrameLength));
            Pixels.CopyTo(larger);
            _pixels = larger;
            ArrayPool<byte>.Shared.Return(old);
        }
        FrameCount = frameCount;
    }
}
