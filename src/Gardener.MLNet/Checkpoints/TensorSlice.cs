namespace GardenerML.Checkpoints;

/// <summary>Some rows of a stored tensor.</summary>
internal sealed class TensorSlice(StoredTensor whole, long start, long rows)
    : StoredTensor($"{whole.Name}[{start}:{start + rows}]", whole.Type, whole.TypeName, [rows, .. whole.Shape.Skip(1)])
{
    /// <summary>The name of the tensor that this is a part of.</summary>
    public string WholeName => whole.Name;

    public override ReadOnlySpan<byte> Bytes
    {
        get
        {
            var bytes = whole.Bytes;
            var row = whole.Shape[0] == 0 ? 0 : bytes.Length / whole.Shape[0];
            return bytes.Slice((int)(start * row), (int)(rows * row));
        }
    }
}
