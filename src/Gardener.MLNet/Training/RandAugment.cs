namespace GardenerML.Training;

/// <summary>
/// RandAugment (arXiv 1909.13719) as timm's <c>rand-mM-nN-mstdS-inc1</c>: N of 15 operations, drawn with replacement, each done
/// with probability 1/2 at a strength that is normal around M, stronger for a larger number throughout.
/// </summary>
internal static class RandAugment
{
    private const double MostMagnitude = 10;

    /// <summary>Make an operation of its strength in [0, 1] and a sign.</summary>
    private static readonly Func<double, int, FrameOperation>[] Operations =
    [
        (_, _) => FrameOperation.AutoContrast,
        (_, _) => FrameOperation.Equalize,
        (_, _) => FrameOperation.Invert,
        (strength, sign) => FrameOperation.Rotate(sign * 30 * strength),
        (strength, _) => FrameOperation.Posterize(4 - (int)(4 * strength)),
        (strength, _) => FrameOperation.Solarize(256 - (int)(256 * strength)),
        (strength, _) => FrameOperation.SolarizeAdd((int)(110 * strength)),
        (strength, sign) => FrameOperation.Color(1 + sign * 0.9 * strength),
        (strength, sign) => FrameOperation.Contrast(1 + sign * 0.9 * strength),
        (strength, sign) => FrameOperation.Brightness(1 + sign * 0.9 * strength),
        (strength, sign) => FrameOperation.Sharpness(1 + sign * 0.9 * strength),
        (strength, sign) => FrameOperation.ShearX(sign * 0.3 * strength),
        (strength, sign) => FrameOperation.ShearY(sign * 0.3 * strength),
        (strength, sign) => FrameOperation.TranslateX(sign * 0.45 * strength),
        (strength, sign) => FrameOperation.TranslateY(sign * 0.45 * strength),
    ];

    /// <summary>Draws the operations for a clip.</summary>
    public static IEnumerable<FrameOperation> Draw(ClipAugmentation options, Random random)
    {
        for (var i = 0; i < options.RandAugmentOperations; i++)
        {
            var make = Operations[random.Next(Operations.Length)];
            var magnitude = options.RandAugmentMagnitude + options.RandAugmentDeviation * BetaDistribution.Normal(random);
            var sign = random.Next(2) == 0 ? 1 : -1;
            if (random.NextDouble() < 0.5)
                yield return make(Math.Clamp(magnitude, 0, MostMagnitude) / MostMagnitude, sign);
        }
    }
}
