using System.IO.Compression;

namespace GardenerML.Checkpoints;

/// <summary>The checkpoint inside a model zip that ML.NET saved.</summary>
internal static class ModelZip
{
    /// <summary>Name of the entry, in whichever folder of the zip the classifier's own files lie.</summary>
    public const string WeightsEntry = "Weights.safetensors";

    /// <summary>Reads the checkpoint into native memory.</summary>
    /// <exception cref="CheckpointException">The zip is damaged or holds no video classifier.</exception>
    public static CheckpointLocation Open(string path)
    {
        try
        {
            using var zip = ZipFile.OpenRead(path);
            var entry = zip.Entries.FirstOrDefault(entry => entry.Name == WeightsEntry)
                ?? throw new CheckpointException(path, "The zip holds no video classifier of this library.");
            using var stream = entry.Open();
            return CheckpointLocation.ReadStream(stream, path);
        }
        catch (InvalidDataException e)
        {
            throw new CheckpointException(path, "The zip is damaged.", e);
        }
    }
}
