using System.IO.Compression;
using System.Runtime.CompilerServices;
using Microsoft.ML;

namespace GardenerML.Interop;

/// <summary>
/// Writes an entry of a model zip uncompressed and without ML.NET's temporary file. Weights hardly shrink, and compressing them takes
/// twenty times as long as writing them; ML.NET has no choice to make there, so that its archive is taken from a private field.
/// </summary>
internal static class StoredEntry
{
    /// <summary>Writes the entry; compressed, where ML.NET has no such field any more.</summary>
    /// <param name="context">The model that is being saved.</param>
    /// <param name="name">The entry's name.</param>
    /// <param name="write">Writes the contents.</param>
    public static void SaveStoredStream(this ModelSaveContext context, string name, Action<Stream> write)
    {
        if (ArchiveOf(context) is not { } archive)
        {
            context.SaveBinaryStream(name, writer => write(writer.BaseStream));
            return;
        }
        var entry = archive.CreateEntry(Path.Combine(context.Directory ?? "", name), CompressionLevel.NoCompression);
        using var stream = entry.Open();
        write(stream);
    }

    // After the entries that wait to be written: an archive has one open at a time.
    private static ZipArchive? ArchiveOf(ModelSaveContext context)
    {
        if (!context.InRepository)
            return null;
        try
        {
            Flush(context.Repository);
            return Archive(context.Repository);
        }
        catch (Exception e) when (e is MissingFieldException or MissingMethodException)
        {
            return null;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_archive")]
    private static extern ref ZipArchive Archive(RepositoryWriter repository);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Flush")]
    private static extern void Flush(RepositoryWriter repository);
}
