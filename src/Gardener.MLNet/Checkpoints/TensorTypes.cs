using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace GardenerML.Checkpoints;

/// <summary>Sizes, names and values of the stored types.</summary>
internal static class TensorTypes
{
    /// <summary>The types that the safetensors format defines, with their size in bits.</summary>
    private static readonly Dictionary<string, (TensorType Type, int Bits)> SafetensorsTypes = new()
    {
        ["F32"] = (TensorType.Float32, 32),
        ["F16"] = (TensorType.Float16, 16),
        ["BF16"] = (TensorType.BFloat16, 16),
        ["F64"] = (TensorType.Float64, 64),
        ["I64"] = (TensorType.Int64, 64),
        ["BOOL"] = (TensorType.Other, 8),
        ["U8"] = (TensorType.Other, 8),
        ["I8"] = (TensorType.Other, 8),
        ["U16"] = (TensorType.Other, 16),
        ["I16"] = (TensorType.Other, 16),
        ["U32"] = (TensorType.Other, 32),
        ["I32"] = (TensorType.Other, 32),
        ["U64"] = (TensorType.Other, 64),
        ["C64"] = (TensorType.Other, 64),
        ["F8_E5M2"] = (TensorType.Other, 8),
        ["F8_E4M3"] = (TensorType.Other, 8),
        ["F8_E8M0"] = (TensorType.Other, 8),
        ["F8_E4M3FNUZ"] = (TensorType.Other, 8),
        ["F8_E5M2FNUZ"] = (TensorType.Other, 8),
        ["F6_E2M3"] = (TensorType.Other, 6),
        ["F6_E3M2"] = (TensorType.Other, 6),
        ["F4"] = (TensorType.Other, 4),
    };

    public static bool TryParseSafetensors(string name, out TensorType type, out int bits)
    {
        var known = SafetensorsTypes.TryGetValue(name, out var found);
        (type, bits) = found;
        return known;
    }

    /// <summary>The name of the type in a safetensors header.</summary>
    public static string SafetensorsName(this TensorType type) => type switch
    {
        TensorType.Float32 => "F32",
        TensorType.Float16 => "F16",
        TensorType.BFloat16 => "BF16",
        TensorType.Float64 => "F64",
        TensorType.Int64 => "I64",
        _ => throw new ArgumentException($"A tensor of type {type} cannot be written.", nameof(type)),
    };

    /// <summary>Bytes of one element.</summary>
    public static int Size(this TensorType type) => type switch
    {
        TensorType.Float32 => 4,
        TensorType.Float16 or TensorType.BFloat16 => 2,
        TensorType.Float64 or TensorType.Int64 => 8,
        _ => throw new ArgumentException($"The size of type {type} is not known.", nameof(type)),
    };

    /// <summary>One element as a number.</summary>
    public static double ReadElement(this TensorType type, ReadOnlySpan<byte> bytes, int index) => type switch
    {
        TensorType.Float32 => MemoryMarshal.Cast<byte, float>(bytes)[index],
        TensorType.Float16 => (double)MemoryMarshal.Cast<byte, Half>(bytes)[index],
        TensorType.BFloat16 => BitConverter.Int32BitsToSingle(
            BinaryPrimitives.ReadUInt16LittleEndian(bytes.Slice(2 * index, 2)) << 16),
        TensorType.Float64 => MemoryMarshal.Cast<byte, double>(bytes)[index],
        TensorType.Int64 => MemoryMarshal.Cast<byte, long>(bytes)[index],
        _ => throw new ArgumentException($"Elements of type {type} cannot be read.", nameof(type)),
    };

    /// <summary>The product of the sizes; false if a size is negative or the product does not fit.</summary>
    public static bool TryCountElements(ReadOnlySpan<long> shape, out long count)
    {
        count = 1;
        foreach (var size in shape)
        {
            var product = Math.BigMul(count, size, out var low);
            if (size < 0 || product != 0 || low < 0)
                return false;
            count = low;
        }
        return true;
    }

    /// <summary>A shape as text: [768, 3, 2, 16, 16].</summary>
    public static string Format(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
