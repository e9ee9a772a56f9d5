using System.Numerics;
using System.Runtime.InteropServices;

namespace GardenerML.Pruning;

/// <summary>
/// Rounds to fp16, to nearest and ties to even, as <see cref="System.Half"/> does, about ten times as fast as
/// TensorPrimitives.ConvertToHalf of .NET 10, which would take most of an entropy's time.
/// </summary>
internal static class HalfGrid
{
    private const uint MagnitudeMask = 0x7FFFFFFF;
    private const uint SmallestNormal = 0x38800000; // 2^-14, the smallest number that fp16 holds with all its digits
    private const uint OneHalf = 0x3F000000; // 0.5, whose unit in the last place is fp16's smallest step, 2^-24
    private const uint Infinity = 0x7C00;

    /// <summary>The 16 bits of each rounded weight; a NaN becomes infinity.</summary>
    public static void Round(ReadOnlySpan<float> weights, Span<ushort> bits)
    {
        var wide = MemoryMarshal.Cast<float, Vector<float>>(weights);
        var narrow = MemoryMarshal.Cast<ushort, Vector<ushort>>(bits[..weights.Length]);
        for (var i = 0; i < narrow.Length; i++)
            narrow[i] = Vector.Narrow(Round(wide[2 * i]), Round(wide[(2 * i) + 1]));
        for (var i = narrow.Length * Vector<ushort>.Count; i < weights.Length; i++)
            bits[i] = (ushort)Round(new Vector<float>(weights[i]))[0];
    }

    private static Vector<uint> Round(Vector<float> weights)
    {
        var bits = Vector.AsVectorUInt32(weights);
        var magnitude = bits & new Vector<uint>(MagnitudeMask);

        // Thirteen digits are cut off: adding just less than half of their range, and one more before an odd number, rounds.
        // The exponent's bias falls from 127 to 15 in the same step.
        var roundUp = new Vector<uint>(unchecked(0x0FFFu - ((127u - 15u) << 23))) + ((bits >>> 13) & Vector<uint>.One);
        var normal = Vector.Min((magnitude + roundUp) >>> 13, new Vector<uint>(Infinity));

        // Below the normal numbers the grid is even; a floating-point addition rounds to it.
        var subnormal = Vector.AsVectorUInt32(Vector.AsVectorSingle(magnitude) + new Vector<float>(0.5f)) - new Vector<uint>(OneHalf);

        var rounded = Vector.ConditionalSelect(Vector.LessThan(magnitude, new Vector<uint>(SmallestNormal)), subnormal, normal);
        return rounded | ((bits >>> 16) & new Vector<uint>(0x8000));
    }
}
