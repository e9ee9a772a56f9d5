using CsCheck;
using GardenerML.Pruning;

namespace GardenerML.Tests.Pruning;

[TestClass]
public class HalfGridTests
{
    [TestMethod]
    public void Every_fp16_number_every_middle_between_two_and_their_neighbours_round_as_Half_does()
    {
        var weights = new List<float>();
        for (ushort bits = 0; bits < 0x7C00; bits++)
        {
            var number = (float)BitConverter.UInt16BitsToHalf(bits);
            var next = bits == 0x7BFF ? 65536f : (float)BitConverter.UInt16BitsToHalf((ushort)(bits + 1));
            var middle = (number + next) / 2;
            weights.AddRange(
                [number, MathF.BitDecrement(number), MathF.BitIncrement(number), middle, MathF.BitDecrement(middle), MathF.BitIncrement(middle)]);
        }
        weights.AddRange([.. weights.Select(w => -w), 1e6f, float.MaxValue, float.Epsilon, float.PositiveInfinity, float.NegativeInfinity]);
        AssertRounded([.. weights]);
    }

    [TestMethod]
    public void Any_bits_of_any_length_round_as_Half_does() =>
        Gen.UInt.Select(BitConverter.UInt32BitsToSingle).Where(w => !float.IsNaN(w)).Array[0, 100].Sample(AssertRounded);

    [TestMethod]
    public void A_NaN_is_not_a_finite_number_afterwards()
    {
        var bits = new ushort[1];
        HalfGrid.Round([float.NaN], bits);
        Assert.IsFalse(Half.IsFinite(BitConverter.UInt16BitsToHalf(bits[0])));
    }

    private static void AssertRounded(float[] weights)
    {
        var bits = new ushort[weights.Length];
        HalfGrid.Round(weights, bits);
        CollectionAssert.AreEqual(Array.ConvertAll(weights, w => BitConverter.HalfToUInt16Bits((Half)w)), bits);
    }
}
