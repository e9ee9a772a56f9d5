using System.Buffers.Binary;
using System.Text.Json;

namespace GardenerML.Checkpoints;

/// <summary>
/// The header of a safetensors file: a JSON object that names type, shape and place of each tensor. Checked by the rules of the
/// format's reference implementation (huggingface/safetensors): tensors lie one after the other, without holes or overlaps.
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>The longest header that is read, as in the reference implementation.</summary>
    public const int MaxLength = 100_000_000;

    private SafetensorsHeader(List<Entry> tensors, Dictionary<string, string> metadata, long dataLength)
    {
        Tensors = tensors;
        Metadata = metadata;
        DataLength = dataLength;
    }

    public IReadOnlyList<Entry> Tensors { get; }

    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Bytes of all tensors.</summary>
    public long DataLength { get; }

    /// <summary>Reads the length of the header from the first eight bytes.</summary>
    public static int ReadLength(ReadOnlySpan<byte> prefix, string path)
    {
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaxLength)
        {
            throw new CheckpointException(path,
                $"Not a safetensors file: the header would be {length:N0} bytes long; at most {MaxLength:N0} are allowed.");
        }
        if (length < 2)
            throw new CheckpointException(
                path, $"Not a safetensors file: a header of {length} bytes cannot hold a JSON object.");
        return (int)length;
    }

    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, string path)
    {
        if (json[0] != (byte)'{')
            throw new CheckpointException(path, "Not a safetensors file: the header does not begin with \"{\".");
        try
        {
            return new Parser(path).Parse(json);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new CheckpointException(path, $"The safetensors header is not valid: {error.Message}", error);
        }
    }

    internal sealed record Entry(string Name, TensorType Type, string TypeName, long[] Shape, long Begin, long End);

    private readonly ref struct Parser(string path)
    {
        public SafetensorsHeader Parse(ReadOnlySpan<byte> json)
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
            var tensors = new List<Entry>();
            var names = new HashSet<string>();
            Dictionary<string, string>? metadata = null;
            reader.Read();
            while (NextProperty(ref reader, out var name))
            {
                if (name == "__metadata__")
                {
                    if (metadata is not null)
                        throw Fail("\"__metadata__\" occurs twice");
                    metadata = ReadMetadata(ref reader);
                }
                else if (!names.Add(name))
                {
                    throw Fail($"tensor \"{name}\" occurs twice");
                }
                else
                {
                    tensors.Add(ReadTensor(ref reader, name));
                }
            }
            while (reader.Read())
            {
                // Only padding may follow the object; anything else throws.
            }
            return new SafetensorsHeader(tensors, metadata ?? [], CheckPlaces(tensors));
        }

        private static bool NextProperty(ref Utf8JsonReader reader, out string name)
        {
            reader.Read();
            name = reader.TokenType == JsonTokenType.PropertyName ? reader.GetString()! : "";
            return reader.TokenType == JsonTokenType.PropertyName;
        }

        private Dictionary<string, string> ReadMetadata(ref Utf8JsonReader reader)
        {
            Begin(ref reader, JsonTokenType.StartObject, "\"__metadata__\" must be an object");
            var metadata = new Dictionary<string, string>();
            while (NextProperty(ref reader, out var key))
            {
                Begin(ref reader, JsonTokenType.String, $"the metadata \"{key}\" must be a text");
                if (!metadata.TryAdd(key, reader.GetString()!))
                    throw Fail($"the metadata \"{key}\" occurs twice");
            }
            return metadata;
        }

        private Entry ReadTensor(ref Utf8JsonReader reader, string name)
        {
            Begin(ref reader, JsonTokenType.StartObject, $"tensor \"{name}\" must be an object");
            string? typeName = null;
            long[]? shape = null;
            long[]? offsets = null;
            while (NextProperty(ref reader, out var key))
            {
                switch (key)
                {
                    case "dtype" when typeName is null:
                        Begin(ref reader, JsonTokenType.String, $"the dtype of tensor \"{name}\" must be a text");
                        typeName = reader.GetString()!;
                        break;
                    case "shape" when shape is null:
                        shape = ReadNumbers(ref reader, name, key);
                        break;
                    case "data_offsets" when offsets is null:
                        offsets = ReadNumbers(ref reader, name, key);
                        break;
                    default:
                        throw Fail($"tensor \"{name}\" has an unknown or repeated entry \"{key}\"");
                }
            }
            if (typeName is null || shape is null || offsets is null)
                throw Fail($"tensor \"{name}\" must have dtype, shape and data_offsets");
            if (!TensorTypes.TryParseSafetensors(typeName, out var type, out var bits))
                throw Fail($"tensor \"{name}\" has the unknown dtype \"{typeName}\"");
            if (offsets is not [var begin, var end] || begin > end)
                throw Fail($"the data_offsets of tensor \"{name}\" must be two numbers in ascending order");
            if (!TensorTypes.TryCountElements(shape, out var count)
                || !TensorTypes.TryCountElements([count, bits], out var size)
                || size % 8 != 0
                || size / 8 != end - begin)
            {
                throw Fail($"tensor \"{name}\" of shape {TensorTypes.Format(shape)} and dtype {typeName} does not fill " +
                    $"its {end - begin:N0} bytes");
            }
            return new Entry(name, type, typeName, shape, begin, end);
        }

        private long[] ReadNumbers(ref Utf8JsonReader reader, string name, string key)
        {
            Begin(ref reader, JsonTokenType.StartArray, $"the {key} of tensor \"{name}\" must be an array");
            var numbers = new List<long>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0)
                    throw Fail($"the {key} of tensor \"{name}\" must hold whole numbers of at least 0");
                numbers.Add(number);
            }
            return [.. numbers];
        }

        private long CheckPlaces(List<Entry> tensors)
        {
            tensors.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
            long end = 0;
            foreach (var tensor in tensors)
            {
                if (tensor.Begin != end)
                {
                    var fault = tensor.Begin < end ? "overlaps the tensor before it" : "leaves a hole before it";
                    throw Fail($"tensor \"{tensor.Name}\" at {tensor.Begin:N0} {fault}, which ends at {end:N0}");
                }
                end = tensor.End;
            }
            return end;
        }

        private void Begin(ref Utf8JsonReader reader, JsonTokenType expected, string message)
        {
            reader.Read();
            if (reader.TokenType != expected)
                throw Fail(message);
        }

        private CheckpointException Fail(string message) =>
            new(path, $"The safetensors header is not valid: {message}.");
    }
}
