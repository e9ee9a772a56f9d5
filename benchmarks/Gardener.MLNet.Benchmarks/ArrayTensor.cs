using System.Runtime.InteropServices;
using GardenerML.Checkpoints;

namespace GardenerML.Benchmarks;

/// <summary>Weights in memory.</summary>
internal sealed class ArrayTensor<T>(TensorType type, T[] values) : StoredTensor("weights", type, type.ToString(), [values.Length])
    where T : unmanaged
{
    public T[] Values => values;

    public override ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes<T>(values);
}
