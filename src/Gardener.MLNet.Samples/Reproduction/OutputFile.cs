namespace GardenerML.Samples.Reproduction;

/// <summary>Files that appear whole or not at all.</summary>
internal static class OutputFile
{
    /// <summary>Writes beside the target under a temporary name, then renames over the target.</summary>
    public static void Write(string path, byte[] bytes)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
