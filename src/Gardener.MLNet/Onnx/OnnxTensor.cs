namespace GardenerML.Onnx;

/// <summary>A weight or constant of a graph; its bytes are asked for when their turn comes.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Element">The type of its elements.</param>
/// <param name="Shape">The sizes of its dimensions; empty for a scalar.</param>
/// <param name="WriteTo">Writes all elements, row-major and little endian. May be called more than once.</param>
internal sealed record OnnxTensor(string Name, OnnxElement Element, IReadOnlyList<long> Shape, Action<Stream> WriteTo)
{
    public long ByteCount => Shape.Aggregate(
        Element switch { OnnxElement.Int64 => 8L, OnnxElement.Float => 4, OnnxElement.Float16 => 2, _ => 1 },
        (product, size) => checked(product * size));

    /// <summary>The message (TensorProto) without the elements.</summary>
    public ProtoMessage Header()
    {
        var header = new ProtoMessage();
        foreach (var size in Shape)
            header.Integer(1, size);
        return header.Integer(2, (int)Element).Text(8, Name);
    }
}
