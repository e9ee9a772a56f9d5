namespace GardenerML.Samples;

/// <summary>Files that appear whole or not at all.</summary>
internal static class OutputFile
{
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
