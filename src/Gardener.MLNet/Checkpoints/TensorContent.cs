namespace GardenerML.Checkpoints;

/// <summary>A tensor to be written to a checkpoint. Its bytes are asked for when their turn comes.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">The type of the numbers.</param>
/// <param name="Shape">The sizes of the dimensions, each at least 0; empty for a scalar.</param>
/// <param name="WriteTo">
/// Writes all elements to the stream, row-major and little endian: exactly as many bytes as type and shape say. May be called
/// more than once.
/// </param>
public sealed record TensorContent(string Name, TensorType Type, IReadOnlyList<long> Shape, Action<Stream> WriteTo)
{
    /// <summary>The bytes of all elements.</summary>
    /// <exception cref="ArgumentException">The shape is impossible, or the type cannot be written.</exception>
    public long ByteCount
    {
        get
        {
            if (!TensorTypes.TryCountElements([.. Shape], out var count)
                || !TensorTypes.TryCountElements([count, Type.Size()], out var bytes))
                throw new ArgumentException($"Tensor \"{Name}\" has an impossible shape: {TensorTypes.Format(Shape)}.");
            return bytes;
        }
    }

    /// <summary>The content of a tensor of a file that stays open until it is written.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="name">The new name; the tensor's own if null.</param>
    public static TensorContent From(StoredTensor tensor, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return new TensorContent(name ?? tensor.Name, tensor.Type, tensor.Shape, stream => stream.Write(tensor.Bytes));
    }
}
