using System.Text.Encodings.Web;
using System.Text.Json;
using GardenerML.Checkpoints;

namespace GardenerML.Pruning;

/// <summary>
/// The bytes of a safetensors file, of whatever type its tensors are, to be copied without some of the tensors.
/// </summary>
internal sealed class RawSafetensors : IDisposable
{
    private const int Alignment = 64;
    private const int ReadStep = 1 << 24;

    private readonly ByteSource _source;
    private readonly SafetensorsHeader _header;
    private readonly long _dataStart;

    private RawSafetensors(ByteSource source, SafetensorsHeader header, long dataStart) =>
        (_source, _header, _dataStart) = (source, header, dataStart);

    public delegate void Use(ReadOnlySpan<byte> bytes);

    public IReadOnlyList<SafetensorsHeader.Entry> Entries => _header.Tensors;

    /// <summary>Opens a file.</summary>
    /// <exception cref="CheckpointException">The file is not a valid safetensors file.</exception>
    public static RawSafetensors Open(string path)
    {
        // Opened as a checkpoint first, for its checks.
        SafetensorsFile.Open(path).Dispose();
        var source = ByteSource.Map(path);
        var length = SafetensorsHeader.ReadLength(source.Slice(0, 8), path);
        return new RawSafetensors(source, SafetensorsHeader.Parse(source.Slice(8, length), path), 8L + length);
    }

    /// <summary>Hands out the bytes of a tensor, piece by piece.</summary>
    public void Read(SafetensorsHeader.Entry entry, Use use)
    {
        for (var begin = entry.Begin; begin < entry.End; begin += ReadStep)
            use(_source.Slice(_dataStart + begin, (int)Math.Min(ReadStep, entry.End - begin)));
    }

    /// <summary>Writes a file of some of the tensors, in their order, with their types and bytes.</summary>
    /// <param name="path">The file to write; it is whole or untouched.</param>
    /// <param name="newName">The name that a tensor gets; null to leave it out.</param>
    /// <param name="metadata">Texts that are added to those of the file.</param>
    public void Write(string path, Func<string, string?> newName, IReadOnlyDictionary<string, string> metadata)
    {
        var kept = Entries.Select(entry => (Entry: entry, Name: newName(entry.Name))).Where(tensor => tensor.Name is not null).ToList();
        var texts = new Dictionary<string, string>(_header.Metadata);
        foreach (var (key, value) in metadata)
            texts[key] = value;
        var header = MakeHeader(kept!, texts);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(BitConverter.IsLittleEndian
                ? BitConverter.GetBytes((long)header.Length)
                : throw new PlatformNotSupportedException("Checkpoints are little endian."));
            stream.Write(header);
            foreach (var (entry, _) in kept)
                Read(entry, stream.Write);
        });
    }

    public void Dispose() => _source.Dispose();

    private static byte[] MakeHeader(List<(SafetensorsHeader.Entry Entry, string Name)> tensors, Dictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        using (var json =
            new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach (var (key, value) in metadata)
                json.WriteString(key, value);
            json.WriteEndObject();
            long offset = 0;
            foreach (var (entry, name) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", entry.TypeName);
                WriteNumbers(json, "shape", entry.Shape);
                WriteNumbers(json, "data_offsets", [offset, offset += entry.End - entry.Begin]);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while ((buffer.Length + 8) % Alignment != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
