using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace GardenerML.Video;

/// <summary>Where the frames of a clip come from.</summary>
internal abstract class ClipSource
{
    /// <summary>The file, or null.</summary>
    public virtual string? Path => null;

    /// <summary>The same for the same video: what verdicts are remembered by.</summary>
    public abstract string Key { get; }

    /// <summary><see cref="Key"/> where there is one; null for frames, which are known by their object only.</summary>
    public virtual string? Identity => null;

    /// <summary>Opens the video at its first frame.</summary>
    public abstract FrameSource Open();
}

/// <summary>A video file.</summary>
internal sealed class FileClipSource(string path) : ClipSource
{
    public override string? Path => path;

    public override string Key => "file:" + path;

    public override string? Identity => Key;

    public override FrameSource Open() =>
        SurvivesMarshalling(path) ? new CapturedFrames(path, path) : new TemporaryFrames(path);

    // On Windows the name reaches the decoder in the system's code page. A name that has characters beyond it would be that
    // of no file, or of another one.
    private static bool SurvivesMarshalling(string path)
    {
        if (!OperatingSystem.IsWindows() || Ascii.IsValid(path))
            return true;
        nint native = Marshal.StringToHGlobalAnsi(path);
        try
        {
            return Marshal.PtrToStringAnsi(native) == path;
        }
        finally
        {
            Marshal.FreeHGlobal(native);
        }
    }
}

/// <summary>The bytes of a video file. The decoder reads files only, so they go through a temporary one.</summary>
internal sealed class EncodedClipSource(ReadOnlyMemory<byte> bytes) : ClipSource
{
    private string? _key;

    public override string Key => _key ??= "sha256:" + Convert.ToHexString(SHA256.HashData(bytes.Span));

    public override string? Identity => Key;

    public override FrameSource Open() => new TemporaryFrames(bytes.Span);
}

/// <summary>Frames in memory.</summary>
internal sealed class HeldClipSource(ReadOnlyMemory<byte> pixels, int frameCount, int height, int width) : ClipSource
{
    public override string Key => throw new NotSupportedException("A clip of frames is not read from a column.");

    public override FrameSource Open() => new HeldFrames(pixels, frameCount, height, width);
}

/// <summary>Frames that a program makes each time they are needed.</summary>
internal sealed class RenderedClipSource(Func<ReadOnlyMemory<byte>> render, int frameCount, int height, int width) : ClipSource
{
    public override string Key => throw new NotSupportedException("A clip of frames is not read from a column.");

    public override FrameSource Open()
    {
        var pixels = render();
        var expected = 3L * frameCount * height * width;
        return pixels.Length == expected
            ? new HeldFrames(pixels, frameCount, height, width)
            : throw new InvalidOperationException(
                $"The frames that were rendered are {pixels.Length} bytes; {frameCount} frames of {height} x {width} pixels are {expected}.");
    }
}
