using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GardenerML.Pruning;

/// <summary>
/// Counts how many weights fall on each fp16 number, indexed by the number's 16 bits. Each thread has a counter, and hands its
/// counts over when it turns to another block.
/// </summary>
internal sealed class HalfGridCounter
{
    public const int Bins = 1 << 16;
    private const int Infinity = 0x7C00;
    private const int NegativeZero = 0x8000;

    // Neighbouring weights are counted in different tables: repeated values need not wait for one another's store.
    private readonly uint[] _counts = new uint[2 * Bins];
    private long[]? _target;
    private long _pending;

    /// <summary>Whether counts hold a NaN, an infinity, or a weight that fp16 cannot tell from infinity.</summary>
    public static bool HoldsInfinity(long[] counts) =>
        TensorPrimitives.Sum<long>(counts.AsSpan(Infinity..NegativeZero)) + TensorPrimitives.Sum<long>(counts.AsSpan(NegativeZero + Infinity)) > 0;

    /// <summary>Counts weights for a block, whose counts are in the target after <see cref="Flush"/>.</summary>
    public void Count(ReadOnlySpan<ushort> halfBits, long[] target)
    {
        if (target != _target || _pending > int.MaxValue)
            Flush();
        _target = target;
        _pending += halfBits.Length;

        ref var even = ref MemoryMarshal.GetArrayDataReference(_counts);
        ref var odd = ref Unsafe.Add(ref even, Bins);
        var groups = MemoryMarshal.Cast<ushort, ulong>(halfBits);
        foreach (var four in groups)
        {
            Unsafe.Add(ref even, (nuint)(ushort)four)++;
            Unsafe.Add(ref odd, (nuint)(ushort)(four >> 16))++;
            Unsafe.Add(ref even, (nuint)(ushort)(four >> 32))++;
            Unsafe.Add(ref odd, (nuint)(four >> 48))++;
        }
        foreach (var one in halfBits[(4 * groups.Length)..])
            _counts[one]++;
    }

    /// <summary>Adds the counts to the target and starts again at zero; minus zero is counted as zero.</summary>
    public void Flush()
    {
        if (_target is null)
            return;
        lock (_target)
        {
            var even = MemoryMarshal.Cast<uint, Vector<uint>>(_counts.AsSpan(0, Bins));
            var odd = MemoryMarshal.Cast<uint, Vector<uint>>(_counts.AsSpan(Bins, Bins));
            var totals = MemoryMarshal.Cast<long, Vector<ulong>>(_target.AsSpan());
            for (var i = 0; i < even.Length; i++)
            {
                // Most of fp16's range is empty, whatever the weights.
                var sum = even[i] + odd[i];
                if (sum == Vector<uint>.Zero)
                    continue;
                Vector.Widen(sum, out var lower, out var upper);
                totals[2 * i] += lower;
                totals[(2 * i) + 1] += upper;
            }
            _target[0] += _target[NegativeZero];
            _target[NegativeZero] = 0;
        }
        Array.Clear(_counts);
        _pending = 0;
        _target = null;
    }
}
