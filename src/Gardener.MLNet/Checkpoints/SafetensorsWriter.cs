using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace GardenerML.Checkpoints;

/// <summary>Writes safetensors files. The same tensors always give the same bytes.</summary>
public static class SafetensorsWriter
{
    /// <summary>The data begins at a multiple of this.</summary>
    private const int Alignment = 64;

    /// <summary>
    /// Writes a file: first beside the target under a temporary name, then renamed over it, so that the target is whole or
    /// untouched.
    /// </summary>
    /// <param name="path">The file to write or to replace; its folder must exist.</param>
    /// <param name="tensors">The tensors; the names must differ.</param>
    /// <param name="metadata">Texts for the header's <c>__metadata__</c>.</param>
    /// <exception cref="ArgumentException">
    /// A name occurs twice, or a tensor writes another number of bytes than it announced.
    /// </exception>
    public static void Write(
        string path, IEnumerable<TensorContent> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(path, stream => Write(stream, tensors, metadata));
    }

    /// <summary>Writes to a stream, such as the entry of a zip file.</summary>
    /// <param name="stream">The stream; it need not be seekable, and stays open.</param>
    /// <param name="tensors">The tensors; the names must differ.</param>
    /// <param name="metadata">Texts for the header's <c>__metadata__</c>.</param>
    /// <exception cref="ArgumentException">
    /// A name occurs twice, or a tensor writes another number of bytes than it announced.
    /// </exception>
    public static void Write(
        Stream stream, IEnumerable<TensorContent> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        // Larger elements first, so that every tensor is aligned to its element size.
        var ordered = tensors.OrderByDescending(tensor => tensor.Type.Size()).ToList();
        var header = MakeHeader(ordered, metadata);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var tensor in ordered)
        {
            var window = new WindowStream(stream, 0, tensor.ByteCount);
            tensor.WriteTo(window);
            if (window.Position != tensor.ByteCount)
            {
                throw new ArgumentException(
                    $"Tensor \"{tensor.Name}\" wrote {window.Position:N0} bytes; its type and shape need {tensor.ByteCount:N0}.");
            }
        }
    }

    private static byte[] MakeHeader(List<TensorContent> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            var names = new HashSet<string> { "__metadata__" };
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata)
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            var offset = 0L;
            foreach (var tensor in tensors)
            {
                if (!names.Add(tensor.Name))
                    throw new ArgumentException(
                        $"Two tensors are named \"{tensor.Name}\", or the name is reserved.", nameof(tensors));
                var end = checked(offset + tensor.ByteCount);
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Type.SafetensorsName());
                WriteNumbers(json, "shape", tensor.Shape);
                WriteNumbers(json, "data_offsets", [offset, end]);
                json.WriteEndObject();
                offset = end;
            }
            json.WriteEndObject();
        }
        while ((buffer.Length + 8) % Alignment != 0)
            buffer.WriteByte((byte)' ');
        if (buffer.Length > SafetensorsHeader.MaxLength)
            throw new ArgumentException(
                $"The header would be {buffer.Length:N0} bytes long; at most {SafetensorsHeader.MaxLength:N0} are " +
                    "allowed.");
        return buffer.ToArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
