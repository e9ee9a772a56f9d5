using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;

namespace GardenerML.Onnx;

/// <summary>A small protocol buffer message, field by field. Weights, which may be large, never pass through one.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Both hold managed memory only.")]
internal sealed class ProtoMessage
{
    private readonly MemoryStream _buffer = new();
    private readonly CodedOutputStream _output;

    public ProtoMessage() => _output = new CodedOutputStream(_buffer, leaveOpen: true);

    /// <summary>The message so far.</summary>
    public ReadOnlyMemory<byte> Bytes
    {
        get
        {
            _output.Flush();
            return _buffer.GetBuffer().AsMemory(0, (int)_buffer.Length);
        }
    }

    public ProtoMessage Integer(int field, long value)
    {
        _output.WriteTag(field, WireFormat.WireType.Varint);
        _output.WriteInt64(value);
        return this;
    }

    public ProtoMessage Single(int field, float value)
    {
        _output.WriteTag(field, WireFormat.WireType.Fixed32);
        _output.WriteFloat(value);
        return this;
    }

    public ProtoMessage Text(int field, string value)
    {
        _output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        _output.WriteString(value);
        return this;
    }

    public ProtoMessage Message(int field, ProtoMessage value) => Raw(field, value.Bytes);

    public ProtoMessage Raw(int field, ReadOnlyMemory<byte> value)
    {
        _output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        _output.WriteBytes(UnsafeByteOperations.UnsafeWrap(value));
        return this;
    }

    /// <summary>A pair of texts, as ONNX has them for metadata and for the place of external data.</summary>
    public static ProtoMessage Pair(string key, string value) => new ProtoMessage().Text(1, key).Text(2, value);
}
