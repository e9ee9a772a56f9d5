using System.Numerics;

namespace GardenerML.Video;

/// <summary>
/// How much of the pixels along one side of an image goes into the pixels along that side of a smaller one: the lengths of
/// their overlaps, in the unit that makes all of them whole numbers.
/// </summary>
/// <remarks>
/// With d the greatest common divisor of both lengths, pixel i of the image reaches from i * target / d to (i + 1) * target / d,
/// and pixel j of the smaller one from j * source / d to (j + 1) * source / d.
/// </remarks>
internal sealed class AreaWeights
{
    /// <summary>Weights for these lengths.</summary>
    /// <param name="source">Pixels of the image.</param>
    /// <param name="target">Pixels of the smaller one, 1 to <paramref name="source"/>.</param>
    public AreaWeights(int source, int target)
    {
        Sum = Whole(source, target);
        var pixel = target / (source / Sum);
        for (var j = 0; j < target; j++)
            Count = Math.Max(Count, End(j) - Begin(j));
        Starts = new int[target];
        Weights = new float[target * Count];
        for (var j = 0; j < target; j++)
        {
            var start = Starts[j] = Math.Min(Begin(j), source - Count);
            for (var i = Begin(j); i < End(j); i++)
                Weights[j * Count + i - start] = Math.Min((i + 1L) * pixel, (j + 1L) * Sum) - Math.Max((long)i * pixel, (long)j * Sum);
        }

        int Begin(int j) => (int)((long)j * Sum / pixel);
        int End(int j) => (int)(((j + 1L) * Sum + pixel - 1) / pixel);
    }

    /// <summary>What the weights of one target pixel add up to.</summary>
    public int Sum { get; }

    /// <summary>Weights of each target pixel; some are 0.</summary>
    public int Count { get; }

    /// <summary>The first of the <see cref="Count"/> source pixels of each target pixel.</summary>
    public int[] Starts { get; }

    /// <summary>Whole numbers, <see cref="Count"/> for each target pixel.</summary>
    public float[] Weights { get; }

    /// <summary>The <see cref="Sum"/> that the weights would have.</summary>
    public static int Whole(int source, int target) => source / (int)BigInteger.GreatestCommonDivisor(source, target);
}
