using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GardenerML.Pruning;

/// <summary>
/// Counts how many weights fall on each fp16 number, indexed by the number's 16 bits. One thread's counter; the counts are
/// handed over with <see cref="MoveTo"/>.
/// </summary>
internal sealed class HalfGridCounter
{
    public const int Bins = 1 << 16;
    private const int PositiveInfinity = 0x7C00;
    private const int NegativeZero = 0x8000;

    // Neighbouring weights are counted in different tables: repeated values need not wait for one another's store.
    private readonly uint[] _counts = new uint[2 * Bins];

    public void Count(ReadOnlySpan<ushort> halfBits)
    {
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

    /// <summary>Adds the counts to others and starts again at zero. Minus zero is counted as zero.</summary>
    /// <returns>Whether a NaN, an infinity, or a weight that fp16 cannot tell from infinity, was counted.</returns>
    public bool MoveTo(Span<long> totals)
    {
        _counts[0] += _counts[NegativeZero];
        _counts[Bins] += _counts[Bins + NegativeZero];
        _counts[NegativeZero] = _counts[Bins + NegativeZero] = 0;
        uint beyond = 0;
        for (var i = PositiveInfinity; i < NegativeZero; i++)
            beyond += _counts[i] + _counts[Bins + i] + _counts[NegativeZero + i] + _counts[Bins + NegativeZero + i];
        for (var i = 0; i < totals.Length; i++)
            totals[i] += _counts[i] + (long)_counts[Bins + i];
        Array.Clear(_counts);
        return beyond > 0;
    }
}
