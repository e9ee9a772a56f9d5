using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using GardenerML.Checkpoints;

namespace GardenerML.Pruning;

/// <summary>Reads ranges of stored weights as numbers of a wanted type, without a copy where they are of that type.</summary>
internal static class WeightReader
{
    /// <summary>The weights in a range, exactly.</summary>
    public static ReadOnlySpan<double> Doubles(StoredTensor tensor, long start, Span<double> target, Span<float> scratch)
    {
        if (tensor.Type == TensorType.Float64)
            return Elements<double>(tensor, start, target.Length);
        TensorPrimitives.ConvertTruncating(Floats(tensor, start, scratch[..target.Length]), target);
        return target;
    }

    /// <summary>The bits of the weights in a range rounded to fp16, to nearest and ties to even.</summary>
    public static ReadOnlySpan<ushort> HalfBits(StoredTensor tensor, long start, Span<ushort> target, Span<float> scratch)
    {
        if (tensor.Type == TensorType.Float16)
            return Elements<ushort>(tensor, start, target.Length);
        if (tensor.Type == TensorType.Float64)
        {
            TensorPrimitives.ConvertTruncating(
                Elements<double>(tensor, start, target.Length), MemoryMarshal.Cast<ushort, Half>(target));
        }
        else
        {
            HalfGrid.Round(Floats(tensor, start, scratch[..target.Length]), target);
        }
        return target;
    }

    /// <summary>The weights in a range, exactly; not of Float64 tensors.</summary>
    public static ReadOnlySpan<float> Floats(StoredTensor tensor, long start, Span<float> target)
    {
        switch (tensor.Type)
        {
            case TensorType.Float32:
                return Elements<float>(tensor, start, target.Length);
            case TensorType.Float16:
                TensorPrimitives.ConvertToSingle(Elements<Half>(tensor, start, target.Length), target);
                return target;
            case TensorType.BFloat16:
                WidenBrainFloats(Elements<ushort>(tensor, start, target.Length), MemoryMarshal.Cast<float, uint>(target));
                return target;
            default:
                throw new NotSupportedException($"Tensor '{tensor.Name}' holds {tensor.Type}; weights are floating-point numbers.");
        }
    }

    /// <summary>A bf16 number is the upper half of an fp32 number.</summary>
    private static void WidenBrainFloats(ReadOnlySpan<ushort> upper, Span<uint> bits)
    {
        var narrow = MemoryMarshal.Cast<ushort, Vector<ushort>>(upper);
        var wide = MemoryMarshal.Cast<uint, Vector<uint>>(bits);
        for (var i = 0; i < narrow.Length; i++)
        {
            Vector.Widen(narrow[i], out var first, out var second);
            wide[2 * i] = first << 16;
            wide[(2 * i) + 1] = second << 16;
        }
        for (var i = narrow.Length * Vector<ushort>.Count; i < upper.Length; i++)
            bits[i] = (uint)upper[i] << 16;
    }

    private static ReadOnlySpan<T> Elements<T>(StoredTensor tensor, long start, int count)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(tensor.Bytes).Slice(checked((int)start), count);
}
