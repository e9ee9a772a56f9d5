namespace GardenerML.Checkpoints;

/// <summary>
/// A tensor of the model under its logical name. The file may store it in several parts, such as the query, key and value rows
/// of one matrix; they are stacked along the first dimension.
/// </summary>
public sealed class LogicalTensor
{
    internal LogicalTensor(string name, IReadOnlyList<StoredTensor> parts)
    {
        Name = name;
        Parts = parts;
        Shape = parts.Count == 1 ? parts[0].Shape : [parts.Sum(part => part.Shape[0]), .. parts[0].Shape.Skip(1)];
    }

    /// <summary>The logical name, which is MCG-NJU's: <c>blocks.0.attn.qkv.weight</c>.</summary>
    public string Name { get; }

    /// <summary>The sizes of the dimensions.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The stored tensors that make it up, in order of their rows; all of one type.</summary>
    public IReadOnlyList<StoredTensor> Parts { get; }

    /// <summary>The type of the stored numbers.</summary>
    public TensorType Type => Parts[0].Type;

    /// <summary>The product of <see cref="Shape"/>.</summary>
    public long ElementCount => Parts.Sum(part => part.ElementCount);

    /// <summary>Copies the elements of all parts, row-major, little endian, <see cref="Type"/> each.</summary>
    /// <param name="destination">At least <see cref="ElementCount"/> times the size of an element.</param>
    public void CopyTo(Span<byte> destination)
    {
        foreach (var part in Parts)
        {
            part.Bytes.CopyTo(destination);
            destination = destination[part.Bytes.Length..];
        }
    }

    /// <summary>Writes the elements of all parts to a stream.</summary>
    /// <param name="stream">Where to.</param>
    public void WriteTo(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        foreach (var part in Parts)
            stream.Write(part.Bytes);
    }

    /// <summary>Name and shape.</summary>
    public override string ToString() => $"{Name} {TensorTypes.Format(Shape)}";
}
