namespace GardenerML.Checkpoints;

/// <summary>
/// A tensor as a checkpoint file stores it. Its bytes are read where they lie, usually in a memory-mapped file, and are valid
/// while that file is open.
/// </summary>
public abstract class StoredTensor
{
    private protected StoredTensor(string name, TensorType type, long[] shape)
    {
        Name = name;
        Type = type;
        Shape = shape;
        ElementCount = shape.Aggregate(1L, (product, size) => checked(product * size));
    }

    /// <summary>The tensor's name in the file.</summary>
    public string Name { get; }

    /// <summary>The type of the stored numbers.</summary>
    public TensorType Type { get; }

    /// <summary>The sizes of the dimensions; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The product of <see cref="Shape"/>.</summary>
    public long ElementCount { get; }

    /// <summary>The elements in row-major order, little endian, <see cref="Type"/> each.</summary>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    public abstract ReadOnlySpan<byte> Bytes { get; }
}
