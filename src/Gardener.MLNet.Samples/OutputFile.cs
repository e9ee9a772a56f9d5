namespace GardenerML.Samples;

/// <summary>Files that appear whole or not at all.</summary>
internal static class OutputFile
{
    /// <summary>Makes the folder of a file that is written later, so that nothing long is done for a file that cannot be.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Its full path.</returns>
    /// <exception cref="IOException">It is a folder, or its folder cannot be made.</exception>
    public static string Prepare(string path)
    {
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full) || Path.EndsInDirectorySeparator(full))
            throw new IOException($"{full} is a folder; a file is to be written, so name one.");
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        return full;
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
