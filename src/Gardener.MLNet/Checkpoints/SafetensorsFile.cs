using System.Buffers.Binary;

namespace GardenerML.Checkpoints;

/// <summary>
/// A safetensors file, memory-mapped: opening it reads the header only, and a tensor's bytes come from the map without a copy.
/// </summary>
/// <remarks>
/// The header is checked before anything is used: its length (at most 100 MB), the types, that each shape fits its bytes, and
/// that the tensors fill the file without holes or overlaps. Format: https://huggingface.co/docs/safetensors.
/// </remarks>
public sealed class SafetensorsFile : TensorFile
{
    private readonly ByteSource _source;
    private readonly Dictionary<string, StoredTensor> _tensors = [];

    private SafetensorsFile(string path, ByteSource source, SafetensorsHeader header, long dataStart)
        : base(path)
    {
        _source = source;
        Metadata = header.Metadata;
        foreach (var entry in header.Tensors)
            _tensors.Add(entry.Name, new MappedTensor(this, entry, dataStart + entry.Begin));
    }

    /// <summary>The texts that the file's <c>__metadata__</c> holds; empty if it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, StoredTensor> Tensors => _tensors;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">The file is not a valid safetensors file.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Open(ByteSource.Map(path), path);
    }

    /// <summary>
    /// Takes the bytes of a safetensors file that are in memory already; they are not copied and must stay unchanged.
    /// </summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">What error messages call it.</param>
    /// <exception cref="CheckpointException">The bytes are not a valid safetensors file.</exception>
    public static SafetensorsFile Open(ReadOnlyMemory<byte> bytes, string name) => Open(ByteSource.Pin(bytes), name);

    /// <summary>
    /// Reads a safetensors file from a stream, such as the entry of a zip file, into native memory, which is freed when the file
    /// is closed. Exactly the bytes of the file are taken from the stream.
    /// </summary>
    /// <param name="stream">The stream; it need not be seekable, and stays open.</param>
    /// <param name="name">What error messages call it.</param>
    /// <exception cref="CheckpointException">The stream does not hold a valid safetensors file.</exception>
    public static SafetensorsFile Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        SafetensorsHeader header;
        using (var prefix = ByteSource.Read(stream, 8, name))
        using (var json = ByteSource.Read(stream, SafetensorsHeader.ReadLength(prefix.Slice(0, 8), name), name))
            header = SafetensorsHeader.Parse(json.Slice(0, (int)json.Length), name);
        return new SafetensorsFile(name, ByteSource.Read(stream, header.DataLength, name), header, 0);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _source.Dispose();
    }

    /// <summary>Whether a file begins as a safetensors file does, be it damaged: with the length of a header.</summary>
    internal static bool IsLikely(ByteSource source) =>
        source.Length >= 8 && BinaryPrimitives.ReadUInt64LittleEndian(source.Slice(0, 8)) <= SafetensorsHeader.MaxLength;

    internal static SafetensorsFile Open(ByteSource source, string path)
    {
        try
        {
            if (source.Length < 8)
                throw new CheckpointException(path, $"Not a safetensors file: it has {source.Length} bytes only.");
            var length = SafetensorsHeader.ReadLength(source.Slice(0, 8), path);
            if (length > source.Length - 8)
            {
                throw new CheckpointException(path,
                    $"The header should be {length:N0} bytes long, but the file has {source.Length:N0} bytes only: not a " +
                    "safetensors file, or not whole.");
            }
            var header = SafetensorsHeader.Parse(source.Slice(8, length), path);
            var expected = 8L + length + header.DataLength;
            if (source.Length != expected)
            {
                throw new CheckpointException(path,
                    $"The file has {source.Length:N0} bytes, but its header describes {expected:N0}: it is damaged or not whole.");
            }
            return new SafetensorsFile(path, source, header, 8 + length);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private sealed class MappedTensor(SafetensorsFile file, SafetensorsHeader.Entry entry, long offset)
        : StoredTensor(entry.Name, entry.Type, entry.TypeName, entry.Shape)
    {
        public override ReadOnlySpan<byte> Bytes => file._source.Slice(offset, CheckReadable(file.Path));
    }
}
