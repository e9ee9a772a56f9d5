using GardenerML.Checkpoints;

namespace GardenerML.Samples;

/// <summary>Files that appear whole or not at all; what cannot be written is found out before the work.</summary>
internal static class OutputFile
{
    /// <summary>What the names of files end in that one may take a checkpoint to be.</summary>
    private static readonly string[] FileKinds = [".zip", ".onnx", ".pth", ".pt", ".bin", ".json"];

    /// <summary>Makes the folder of a file that is written later, so that nothing long is done for a file that cannot be.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Its full path.</returns>
    /// <exception cref="IOException">It is a folder, or its folder cannot be made or written to.</exception>
    public static string Prepare(string path)
    {
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full) || Path.EndsInDirectorySeparator(full))
            throw new IOException($"{full} is a folder; a file is to be written, so name one.");
        var folder = Path.GetDirectoryName(full)!;
        Try(path, () =>
        {
            Directory.CreateDirectory(folder);
            Probe(folder);
        });
        return full;
    }

    /// <summary>Makes a folder that files are written to later.</summary>
    /// <param name="path">The folder.</param>
    /// <returns>Its full path.</returns>
    /// <exception cref="IOException">It cannot be made or written to.</exception>
    public static string PrepareFolder(string path)
    {
        var full = Path.GetFullPath(path);
        Try(path, () =>
        {
            Directory.CreateDirectory(full);
            Probe(full);
        });
        return full;
    }

    /// <summary>Checks a folder that a checkpoint is written to later; nothing is made.</summary>
    /// <param name="path">The folder.</param>
    /// <returns>Its full path.</returns>
    /// <exception cref="IOException">It is a file, has the name of one, holds something else, or cannot be written.</exception>
    public static string PrepareCheckpointFolder(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (FileKinds.Contains(Path.GetExtension(full).ToLowerInvariant()) && !Directory.Exists(full))
            throw new IOException(
                $"{path} would be a folder, since a checkpoint is one; name it without {Path.GetExtension(full)}.");
        VideoMaeCheckpointWriter.CheckFolder(full);
        // It is made beside its place, and with it the folders on the way.
        var above = Path.GetDirectoryName(full);
        while (above is not null && !Directory.Exists(above))
            above = Path.GetDirectoryName(above);
        Try(path, () => Probe(above ?? full));
        return full;
    }

    /// <summary>The errors name the path that was given, not one that was made up for the attempt.</summary>
    private static void Try(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"{path} cannot be written: {(e is UnauthorizedAccessException ? "there is no permission to write there" : "its folder cannot be made, or takes no files")}.",
                e);
        }
    }

    private static void Probe(string folder)
    {
        var probe = Path.Combine(folder, $".{Guid.NewGuid():N}.tmp");
        using var file = new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
    }

    /// <summary>Writes beside the target under a temporary name, then renames over the target.</summary>
    /// <param name="path">The target; one that is there is replaced.</param>
    /// <param name="write">Writes the file of the name that it is given.</param>
    public static void Write(string path, Action<string> write)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            write(temporary);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
