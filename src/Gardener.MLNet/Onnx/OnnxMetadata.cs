using System.Text.Json;
using Google.Protobuf;

namespace GardenerML.Onnx;

/// <summary>The texts that are kept with an exported model.</summary>
internal static class OnnxMetadata
{
    /// <summary>The names of the classes in the order of the scores, as a JSON array.</summary>
    public const string ClassesKey = "gardener.classes";

    /// <summary>The pruning plan, as JSON.</summary>
    public const string PlanKey = "gardener.plan";

    /// <summary>Number of the field metadata_props of a model.</summary>
    public const int Field = 14;

    /// <summary>Reads the metadata of a model file; the graph is skipped.</summary>
    /// <exception cref="InvalidDataException">The file is no ONNX model.</exception>
    public static Dictionary<string, string> Read(string path)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var stream = File.OpenRead(path);
            using var input = new CodedInputStream(stream);
            while (input.ReadTag() is var tag and not 0)
            {
                if (WireFormat.GetTagFieldNumber(tag) == Field && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
                {
                    var (key, value) = Pair(input.ReadBytes());
                    metadata[key] = value;
                }
                else
                {
                    input.SkipLastField();
                }
            }
            return metadata;
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException($"{path} is not an ONNX model, or is damaged: {e.Message}", e);
        }
    }

    /// <summary>The names of the classes of a model file.</summary>
    /// <exception cref="InvalidDataException">The file is no ONNX model, or one without names.</exception>
    public static string[] ReadClassNames(string path)
    {
        if (!Read(path).TryGetValue(ClassesKey, out var json))
            throw new InvalidDataException(
                $"{path} has no names of classes ({ClassesKey} in its metadata). Give the names, in the order of the scores.");
        try
        {
            if (JsonSerializer.Deserialize<string[]>(json) is { Length: > 0 } names && !names.Contains(null))
                return names;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: the names of the classes ({ClassesKey}) are damaged: {e.Message}", e);
        }
        throw new InvalidDataException($"{path}: the names of the classes ({ClassesKey}) are no list of texts.");
    }

    private static (string Key, string Value) Pair(ByteString bytes)
    {
        var input = bytes.CreateCodedInput();
        var (key, value) = ("", "");
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagWireType(tag) != WireFormat.WireType.LengthDelimited)
                input.SkipLastField();
            else if (WireFormat.GetTagFieldNumber(tag) == 1)
                key = input.ReadString();
            else if (WireFormat.GetTagFieldNumber(tag) == 2)
                value = input.ReadString();
            else
                input.SkipLastField();
        }
        return (key, value);
    }
}
