using System.Buffers.Binary;
using System.Text;

namespace GardenerML.Checkpoints;

/// <summary>
/// The entries of a zip file and where their bytes lie, for files whose entries are stored uncompressed, as PyTorch writes them.
/// Zip64 is known. Format: PKWARE APPNOTE 6.3.
/// </summary>
internal static class ZipDirectory
{
    private const uint EndSignature = 0x06054b50;
    private const uint End64Signature = 0x06064b50;
    private const uint Locator64Signature = 0x07064b50;
    private const uint CentralSignature = 0x02014b50;
    private const uint LocalSignature = 0x04034b50;
    private const int EndLength = 22;

    /// <summary>Whether a file begins as zip files do.</summary>
    public static bool IsZip(ByteSource source) =>
        source.Length >= EndLength && BinaryPrimitives.ReadUInt32LittleEndian(source.Slice(0, 4)) == LocalSignature;

    /// <summary>Reads the directory.</summary>
    public static Dictionary<string, Entry> Read(ByteSource source, string path)
    {
        try
        {
            return ReadEntries(source, path);
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new CheckpointException(
                path, "The zip directory points outside of the file: it is damaged or not whole.", error);
        }
    }

    private static Dictionary<string, Entry> ReadEntries(ByteSource source, string path)
    {
        var (offset, count) = FindDirectory(source, path);
        var entries = new Dictionary<string, Entry>(StringComparer.Ordinal);
        for (var i = 0L; i < count; i++)
        {
            var header = source.Slice(offset, 46);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header) != CentralSignature)
                throw new CheckpointException(path, $"The zip directory is damaged at entry {i}.");
            var flags = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
            var method = BinaryPrimitives.ReadUInt16LittleEndian(header[10..]);
            long stored = BinaryPrimitives.ReadUInt32LittleEndian(header[20..]);
            long length = BinaryPrimitives.ReadUInt32LittleEndian(header[24..]);
            int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
            int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(header[30..]);
            int commentLength = BinaryPrimitives.ReadUInt16LittleEndian(header[32..]);
            long start = BinaryPrimitives.ReadUInt32LittleEndian(header[42..]);
            var name = Encoding.UTF8.GetString(source.Slice(offset + 46, nameLength));
            ReadZip64(source.Slice(offset + 46 + nameLength, extraLength), ref length, ref stored, ref start);
            offset += 46 + nameLength + extraLength + commentLength;
            if (name.EndsWith('/'))
                continue;
            if ((flags & 1) != 0)
                throw new CheckpointException(path, $"The entry \"{name}\" is encrypted.");
            if (method != 0 || stored != length)
            {
                throw new CheckpointException(path,
                    $"The entry \"{name}\" is compressed (method {method}). PyTorch stores without compression: this file was packed " +
                    "by another program; unpack and save it again with torch.save.");
            }
            if (!entries.TryAdd(name, new Entry(DataStart(source, start, length, path, name), length)))
                throw new CheckpointException(path, $"The entry \"{name}\" occurs twice.");
        }
        return entries;
    }

    /// <summary>Behind the local header, whose own name and padding may differ from the directory's.</summary>
    private static long DataStart(ByteSource source, long header, long length, string path, string name)
    {
        var local = source.Slice(header, 30);
        if (BinaryPrimitives.ReadUInt32LittleEndian(local) != LocalSignature)
            throw new CheckpointException(path, $"The entry \"{name}\" is not where the zip directory says.");
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(local[26..]);
        var extraLength = BinaryPrimitives.ReadUInt16LittleEndian(local[28..]);
        var start = header + 30 + nameLength + extraLength;
        if (length < 0 || length > source.Length - start)
            throw new CheckpointException(
                path,
                $"The entry \"{name}\" should have {length:N0} bytes, which is more than there are: the file is not " +
                    "whole.");
        return start;
    }

    private static (long Offset, long Count) FindDirectory(ByteSource source, string path)
    {
        for (var end = source.Length - EndLength; end >= Math.Max(0, source.Length - EndLength - ushort.MaxValue); end--)
        {
            var record = source.Slice(end, EndLength);
            if (BinaryPrimitives.ReadUInt32LittleEndian(record) != EndSignature)
                continue;
            long count = BinaryPrimitives.ReadUInt16LittleEndian(record[10..]);
            long offset = BinaryPrimitives.ReadUInt32LittleEndian(record[16..]);
            if (end >= 20 && BinaryPrimitives.ReadUInt32LittleEndian(source.Slice(end - 20, 20)) == Locator64Signature)
            {
                var end64 = source.Slice(BinaryPrimitives.ReadInt64LittleEndian(source.Slice(end - 12, 8)), 56);
                if (BinaryPrimitives.ReadUInt32LittleEndian(end64) != End64Signature)
                    throw new CheckpointException(path, "The zip64 directory is damaged.");
                count = BinaryPrimitives.ReadInt64LittleEndian(end64[32..]);
                offset = BinaryPrimitives.ReadInt64LittleEndian(end64[48..]);
            }
            if (count < 0 || count > source.Length / 46)
                throw new CheckpointException(path, $"The zip directory cannot have {count:N0} entries.");
            return (offset, count);
        }
        throw new CheckpointException(path, "The zip file has no directory: it is damaged or not whole.");
    }

    /// <summary>Takes from the zip64 field the numbers that do not fit into 32 bits.</summary>
    private static void ReadZip64(ReadOnlySpan<byte> extra, ref long length, ref long stored, ref long start)
    {
        while (extra.Length >= 4)
        {
            int size = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            var field = extra.Slice(4, Math.Min(size, extra.Length - 4));
            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == 1)
            {
                Take(ref field, ref length);
                Take(ref field, ref stored);
                Take(ref field, ref start);
                return;
            }
            extra = extra[Math.Min(extra.Length, 4 + size)..];
        }

        static void Take(ref ReadOnlySpan<byte> field, ref long value)
        {
            if (value != uint.MaxValue || field.Length < 8)
                return;
            value = BinaryPrimitives.ReadInt64LittleEndian(field);
            field = field[8..];
        }
    }

    /// <summary>Where an entry's bytes lie in the file.</summary>
    internal readonly record struct Entry(long Start, long Length);
}
