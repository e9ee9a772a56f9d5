using OpenCvSharp;

namespace GardenerML.Video;

/// <summary>Frames of an encoded video in memory, read through a temporary file that only this user can read.</summary>
internal sealed class TemporaryFrames : FrameSource
{
    private readonly string _path;
    private readonly CapturedFrames _frames;

    public TemporaryFrames(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            throw new VideoReadException(VideoReadFailure.Empty, null, "The video in memory is empty (0 bytes).");
        _path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"gardener-{Guid.NewGuid():N}.video");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var file = new FileStream(_path, options))
                file.Write(bytes);
            _frames = new CapturedFrames(_path, shownPath: null);
        }
        catch
        {
            Delete();
            throw;
        }
        // Where an open file can be deleted, a process that is killed leaves nothing behind.
        if (!OperatingSystem.IsWindows())
            Delete();
    }

    public override int StatedCount => _frames.StatedCount;

    public override int Rotation => _frames.Rotation;

    public override bool Grab() => _frames.Grab();

    public override Mat? Retrieve() => _frames.Retrieve();

    public override void Dispose()
    {
        _frames.Dispose();
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
