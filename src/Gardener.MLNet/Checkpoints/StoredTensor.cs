namespace GardenerML.Checkpoints;

/// <summary>
/// A tensor as a checkpoint file stores it. Its bytes are read where they lie, usually in a memory-mapped file, and are valid
/// while that file is open.
/// </summary>
public abstract class StoredTensor
{
    private protected StoredTensor(string name, TensorType type, string typeName, IReadOnlyList<long> shape)
    {
        Name = name;
        Type = type;
        TypeName = typeName;
        Shape = shape;
        ElementCount = shape.Aggregate(1L, (product, size) => checked(product * size));
    }

    /// <summary>The tensor's name in the file.</summary>
    public string Name { get; }

    /// <summary>The type of the stored numbers.</summary>
    public TensorType Type { get; }

    /// <summary>What the file calls the type: F32, U8, FloatStorage, ...</summary>
    public string TypeName { get; }

    /// <summary>The sizes of the dimensions; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The product of <see cref="Shape"/>.</summary>
    public long ElementCount { get; }

    /// <summary>
    /// The elements in row-major order, little endian, <see cref="Type"/> each. The span must not be used after the file is
    /// closed.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    /// <exception cref="CheckpointException">
    /// <see cref="Type"/> is <see cref="TensorType.Other"/>, or the tensor takes 2 GB or more.
    /// </exception>
    public abstract ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Name, type and shape.</summary>
    public override string ToString() => $"{Name} {TypeName} {TensorTypes.Format(Shape)}";

    /// <summary>The bytes of all elements as an <see cref="int"/>, or an exception if they cannot be read.</summary>
    private protected int CheckReadable(string path)
    {
        if (Type == TensorType.Other)
        {
            throw new CheckpointException(path,
                $"Tensor \"{Name}\" is stored as {TypeName}; only F32, F16, BF16, F64 and I64 can be read.");
        }
        var bytes = ElementCount * Type.Size();
        if (ElementCount > int.MaxValue || bytes > int.MaxValue)
            throw new CheckpointException(
                path, $"Tensor \"{Name}\" takes {bytes:N0} bytes; a tensor must be smaller than 2 GB.");
        return (int)bytes;
    }
}
