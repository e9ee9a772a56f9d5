using System.Security.Cryptography;
using GardenerML.Checkpoints;
using Google.Protobuf;

namespace GardenerML.Onnx;

/// <summary>
/// Writes ONNX model files: protocol buffers by the numbers of onnx.proto, the weights streamed into their places. The same
/// graph always gives the same bytes.
/// </summary>
internal static class OnnxFile
{
    /// <summary>The operator set: the first with LayerNormalization.</summary>
    public const int Opset = 17;

    /// <summary>The file format that came with that operator set.</summary>
    private const int IrVersion = 8;

    /// <summary>Smaller tensors stay in the model; ONNX reads shapes and scalars while it loads the graph.</summary>
    private const int SmallestExternal = 1024;

    /// <summary>Tensors in the data file begin at multiples of this, so that they can be mapped into memory.</summary>
    private const int Alignment = 4096;

    private const int GraphField = 7;
    private const int InitializerField = 5;
    private const int RawDataField = 9;

    /// <summary>Writes a model, and a data file beside it where the model would be larger than allowed.</summary>
    /// <param name="path">The model file.</param>
    /// <param name="graph">What it computes.</param>
    /// <param name="metadata">Texts that are kept with it.</param>
    /// <param name="maxFileBytes">The largest model file.</param>
    public static OnnxModel Write(
        string path, OnnxGraph graph, IReadOnlyDictionary<string, string> metadata, long maxFileBytes)
    {
        var model = ModelFields(metadata);
        var fields = GraphFields(graph);
        var inside = graph.Tensors.Select(tensor => new Initializer(tensor, tensor.Header(), tensor.ByteCount)).ToList();
        if (Size(model, fields, inside) <= maxFileBytes)
        {
            AtomicFile.Write(path, stream => Write(stream, model, fields, inside));
            DeleteOtherData(path, null);
            return Result(path, null, graph);
        }
        // Named by its content: an older model beside it keeps its own data until the new model is there.
        var data = $"{Path.GetFullPath(path)}.{Hash(graph)}.data";
        AtomicFile.Write(data, stream => WriteData(stream, graph));
        var outside = PointInto(Path.GetFileName(data), graph);
        if (Size(model, fields, outside) > int.MaxValue)
            throw new ArgumentException("The model without its weights is larger than protocol buffers can be.", nameof(graph));
        AtomicFile.Write(path, stream => Write(stream, model, fields, outside));
        DeleteOtherData(path, data);
        return Result(path, data, graph);
    }

    private static OnnxModel Result(string path, string? data, OnnxGraph graph) =>
        new(Path.GetFullPath(path), data, Opset, [graph.Input], [graph.Output]);

    private static ProtoMessage ModelFields(IReadOnlyDictionary<string, string> metadata)
    {
        var assembly = typeof(OnnxFile).Assembly.GetName();
        var model = new ProtoMessage()
            .Integer(1, IrVersion)
            .Text(2, assembly.Name!)
            .Text(3, assembly.Version!.ToString())
            .Message(8, new ProtoMessage().Text(1, "").Integer(2, Opset));
        foreach (var (key, value) in metadata)
            model.Message(OnnxMetadata.Field, ProtoMessage.Pair(key, value));
        return model;
    }

    private static ProtoMessage GraphFields(OnnxGraph graph)
    {
        var fields = new ProtoMessage();
        foreach (var node in graph.Nodes)
            fields.Message(1, node);
        return fields.Text(2, "VideoMAE")
            .Message(11, Value(graph.Input).Text(3, graph.InputDescription))
            .Message(12, Value(graph.Output));
    }

    private static ProtoMessage Value(OnnxValue value)
    {
        var shape = new ProtoMessage();
        foreach (var size in value.Shape)
            shape.Message(1, size < 0 ? new ProtoMessage().Text(2, "batch") : new ProtoMessage().Integer(1, size));
        var element = value.Type == "uint8" ? OnnxElement.UInt8 : OnnxElement.Float;
        var tensor = new ProtoMessage().Integer(1, (int)element).Message(2, shape);
        return new ProtoMessage().Text(1, value.Name).Message(2, new ProtoMessage().Message(1, tensor));
    }

    private static long Size(ProtoMessage model, ProtoMessage graph, List<Initializer> initializers) =>
        model.Bytes.Length + Field(GraphField, GraphSize(graph, initializers));

    private static long GraphSize(ProtoMessage graph, List<Initializer> initializers) =>
        graph.Bytes.Length + initializers.Sum(initializer => Field(InitializerField, initializer.Size));

    /// <summary>The bytes of a field of so many bytes, with its tag and length.</summary>
    private static long Field(int field, long length) =>
        CodedOutputStream.ComputeTagSize(field) + CodedOutputStream.ComputeInt64Size(length) + length;

    private static void Write(Stream stream, ProtoMessage model, ProtoMessage graph, List<Initializer> initializers)
    {
        using var output = new CodedOutputStream(stream, leaveOpen: true);
        Raw(model.Bytes);
        Begin(GraphField, GraphSize(graph, initializers));
        Raw(graph.Bytes);
        foreach (var initializer in initializers)
        {
            Begin(InitializerField, initializer.Size);
            Raw(initializer.Header.Bytes);
            if (initializer.DataSize is not { } size)
                continue;
            Begin(RawDataField, size);
            output.Flush();
            Stream(stream, initializer.Tensor);
        }

        void Begin(int field, long length)
        {
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteLength(checked((int)length));
        }

        void Raw(ReadOnlyMemory<byte> bytes)
        {
            output.Flush();
            stream.Write(bytes.Span);
        }
    }

    private static void Stream(Stream stream, OnnxTensor tensor)
    {
        var window = new WindowStream(stream, 0, tensor.ByteCount);
        tensor.WriteTo(window);
        if (window.Position != tensor.ByteCount)
            throw new ArgumentException(
                $"Tensor \"{tensor.Name}\" wrote {window.Position:N0} bytes; its type and shape need {tensor.ByteCount:N0}.");
    }

    private static bool IsExternal(OnnxTensor tensor) => tensor.ByteCount >= SmallestExternal;

    private static long Aligned(long position) => (position + Alignment - 1) / Alignment * Alignment;

    private static string Hash(OnnxGraph graph)
    {
        using var hash = SHA256.Create();
        using (var stream = new CryptoStream(System.IO.Stream.Null, hash, CryptoStreamMode.Write))
            WriteData(stream, graph);
        return Convert.ToHexStringLower(hash.Hash!.AsSpan(0, 8));
    }

    private static void WriteData(Stream stream, OnnxGraph graph)
    {
        var padding = new byte[Alignment];
        var position = 0L;
        foreach (var tensor in graph.Tensors.Where(IsExternal))
        {
            var start = Aligned(position);
            stream.Write(padding.AsSpan(0, (int)(start - position)));
            Stream(stream, tensor);
            position = start + tensor.ByteCount;
        }
    }

    private static List<Initializer> PointInto(string data, OnnxGraph graph)
    {
        var initializers = new List<Initializer>();
        var position = 0L;
        foreach (var tensor in graph.Tensors)
        {
            if (!IsExternal(tensor))
            {
                initializers.Add(new Initializer(tensor, tensor.Header(), tensor.ByteCount));
                continue;
            }
            var start = Aligned(position);
            var header = tensor.Header()
                .Message(13, ProtoMessage.Pair("location", data))
                .Message(13, ProtoMessage.Pair("offset", $"{start}"))
                .Message(13, ProtoMessage.Pair("length", $"{tensor.ByteCount}"))
                .Integer(14, 1);
            initializers.Add(new Initializer(tensor, header, null));
            position = start + tensor.ByteCount;
        }
        return initializers;
    }

    /// <summary>Deletes the data of models that were written to the same path before.</summary>
    private static void DeleteOtherData(string path, string? data)
    {
        var full = Path.GetFullPath(path);
        var (start, end) = ($"{Path.GetFileName(full)}.", ".data");
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(full)!))
        {
            var name = Path.GetFileName(file);
            if (file != data && name.Length == start.Length + 16 + end.Length
                && name.StartsWith(start, StringComparison.Ordinal) && name.EndsWith(end, StringComparison.Ordinal)
                && name.Substring(start.Length, 16).All(char.IsAsciiHexDigitLower))
                File.Delete(file);
        }
    }

    /// <summary>A tensor of the graph as it is written: with its elements, or with the place where they are.</summary>
    private sealed record Initializer(OnnxTensor Tensor, ProtoMessage Header, long? DataSize)
    {
        public long Size => Header.Bytes.Length + (DataSize is { } size ? Field(RawDataField, size) : 0);
    }
}
