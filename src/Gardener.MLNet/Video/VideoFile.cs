namespace GardenerML.Video;

/// <summary>Tells apart, before the decoder sees it, the ways in which a file can fail to be a video.</summary>
internal static class VideoFile
{
    public static string Describe(string? path) => path is null ? "The video in memory" : $"The file '{path}'";

    /// <summary>Checks that there is a file of that name.</summary>
    /// <exception cref="VideoReadException">There is none, or it is a folder.</exception>
    public static void RequireExists(string path, string? where = null)
    {
        if (File.Exists(path))
            return;
        string place = where is null ? "" : where + ": ";
        if (string.IsNullOrWhiteSpace(path))
            throw new VideoReadException(VideoReadFailure.NotFound, path, place + "the path of the video is empty.");
        if (Directory.Exists(path))
            throw new VideoReadException(VideoReadFailure.Folder, path,
                $"{place}'{path}' is a folder; the path of a video file is needed.");
        throw new VideoReadException(VideoReadFailure.NotFound, path,
            $"{place}there is no file '{path}'{LookedForAs(path, FullName(path))}. "
            + "Check the path, and the folder that relative paths start from.");
    }

    /// <summary>The full path in brackets, where it says more than the path that was given.</summary>
    public static string LookedForAs(string path, string full) => full == path ? "" : $" (looked for as '{full}')";

    /// <summary>Checks that the file can be read, has content, and does not begin as text or a playlist.</summary>
    /// <exception cref="VideoReadException">It is not so.</exception>
    public static void Check(string path, string? shownPath)
    {
        RequireExists(path);
        if (!OperatingSystem.IsWindows())
            RequireLength(path, shownPath);
        Span<byte> start = stackalloc byte[1024];
        try
        {
            using var file = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
            if (!file.CanSeek)
                throw new VideoReadException(VideoReadFailure.NotReadable, shownPath,
                    $"{Describe(shownPath)} is not an ordinary file.");
            start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException and not VideoReadException)
        {
            throw new VideoReadException(VideoReadFailure.NotReadable, shownPath,
                $"{Describe(shownPath)} cannot be opened: {e.Message}", e);
        }
        if (start.IsEmpty)
            throw new VideoReadException(VideoReadFailure.Empty, shownPath,
                $"{Describe(shownPath)} is empty (0 bytes); a copy or download may have failed.");
        // A playlist would make the decoder open other files and network addresses that its text names.
        if (IsText(start) || StartsAsPlaylist(start))
            throw new VideoReadException(VideoReadFailure.NotAVideo, shownPath,
                $"{Describe(shownPath)} is not a video but text or a playlist.");
    }

    // Opening a named pipe waits for a writer, and reading a terminal for a key, perhaps for ever. Before it is opened, what
    // is no regular file shows only by its length, which is 0, and a pipe without a name by a link to no file.
    private static void RequireLength(string path, string? shownPath)
    {
        long length;
        try
        {
            length = File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target
                ? new FileInfo(target.FullName).Length
                : new FileInfo(path).Length;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new VideoReadException(VideoReadFailure.NotReadable, shownPath,
                $"{Describe(shownPath)} is not an ordinary file, or cannot be opened: {e.Message}", e);
        }
        if (length == 0)
            throw new VideoReadException(VideoReadFailure.Empty, shownPath,
                $"{Describe(shownPath)} is empty (0 bytes); a copy or download may have failed. "
                + "Pipes and devices, which are 0 bytes long too, cannot be read.");
    }

    private static bool IsText(ReadOnlySpan<byte> start)
    {
        foreach (byte b in start)
        {
            if (b < 32 && b is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f'))
                return false;
        }
        return true;
    }

    private static bool StartsAsPlaylist(ReadOnlySpan<byte> start)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        var text = start.StartsWith(mark) ? start[3..] : start;
        text = text.TrimStart(" \t\r\n"u8);
        return text.StartsWith("#EXTM3U"u8) || text.StartsWith("ffconcat"u8) || text.StartsWith("<?xml"u8)
            || text.StartsWith("v=0"u8) || text.StartsWith("[playlist]"u8) || start.IndexOf("<MPD"u8) >= 0;
    }

    private static string FullName(string path)
    {
        try
        {
            return Path.GetFullPath(path);
        }
        catch (Exception e) when (e is ArgumentException or IOException or NotSupportedException)
        {
            return path;
        }
    }
}
