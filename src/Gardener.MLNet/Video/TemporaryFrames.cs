using OpenCvSharp;

namespace GardenerML.Video;

/// <summary>Frames of an encoded video in memory, or of a copy, read through a temporary file that only this user can read.</summary>
internal sealed class TemporaryFrames : FrameSource
{
    private readonly string _path;
    private readonly CapturedFrames _frames;

    public TemporaryFrames(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            throw new VideoReadException(VideoReadFailure.Empty, null, "The video in memory is empty (0 bytes).");
        _path = NewPath();
        try
        {
            using (var file = Create(_path))
                file.Write(bytes);
            _frames = new CapturedFrames(_path, shownPath: null);
        }
        catch
        {
            Delete();
            throw;
        }
        DeleteIfOpen();
    }

    /// <summary>Reads a copy of a file whose name the decoder cannot be given.</summary>
    /// <exception cref="VideoReadException">The file cannot be read as a video.</exception>
    public TemporaryFrames(string original)
    {
        VideoFile.Check(original, original);
        _path = NewPath();
        try
        {
            using (var from = new FileStream(
                original, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
            using (var file = Create(_path))
                from.CopyTo(file);
            _frames = new CapturedFrames(_path, original);
        }
        catch
        {
            Delete();
            throw;
        }
        DeleteIfOpen();
    }

    public override int StatedCount => _frames.StatedCount;

    public override int Rotation => _frames.Rotation;

    public override string? Path => _frames.Path;

    public override bool Grab() => _frames.Grab();

    public override Mat? Retrieve() => _frames.Retrieve();

    public override void Dispose()
    {
        _frames.Dispose();
        Delete();
    }

    private static string NewPath() =>
        System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"gardener-{Guid.NewGuid():N}.video");

    private static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    // Where an open file can be deleted, a process that is killed leaves nothing behind.
    private void DeleteIfOpen()
    {
        if (!OperatingSystem.IsWindows())
            Delete();
    }

    private void Delete()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A virus scanner may hold it: the frames are good, and the system cleans its temporary folder.
        }
    }
}
