namespace GardenerML.Checkpoints;

/// <summary>Folders that appear whole or not at all.</summary>
internal static class AtomicFolder
{
    /// <summary>
    /// Fills a new folder beside the target and puts it in the target's place. An existing target must be empty or be what
    /// <paramref name="mayReplace"/> accepts; it is put back if the new one cannot take its place.
    /// </summary>
    public static void Write(string path, Func<string, bool> mayReplace, Action<string> fill)
    {
        var full = Check(path, mayReplace);
        var suffix = Guid.NewGuid().ToString("N");
        var temporary = $"{full}.{suffix}.tmp";
        try
        {
            Directory.CreateDirectory(temporary);
            fill(temporary);
            Replace(temporary, full, $"{full}.{suffix}.old");
        }
        catch
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
            throw;
        }
    }

    /// <summary>Whether <see cref="Write"/> accepts a target; its full path.</summary>
    /// <exception cref="IOException">It does not.</exception>
    public static string Check(string path, Func<string, bool> mayReplace)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (File.Exists(full))
            throw new IOException($"{full} is a file; a folder is to be written there.");
        if (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any() && !mayReplace(full))
            throw new IOException(
                $"The folder {full} is not empty and holds no VideoMAE checkpoint; it is left as it is.");
        return full;
    }

    private static void Replace(string from, string to, string aside)
    {
        if (!Directory.Exists(to))
        {
            Directory.Move(from, to);
            return;
        }
        Directory.Move(to, aside);
        try
        {
            Directory.Move(from, to);
        }
        catch
        {
            Directory.Move(aside, to);
            throw;
        }
        Directory.Delete(aside, recursive: true);
    }
}
