using System.Numerics;

namespace GardenerML.Samples.Motion;

/// <summary>The two colours of the object's texture and of the ground's; red, green, blue in 0 .. 255.</summary>
internal readonly record struct MotionPalette(Vector3 Object, Vector3 ObjectOther, Vector3 Ground, Vector3 GroundOther)
{
    private static readonly Vector3 Luminance = new(0.299f, 0.587f, 0.114f);

    public static MotionPalette Draw(ref MotionRandom random, MotionDifficulty difficulty) => difficulty switch
    {
        MotionDifficulty.Consistent or MotionDifficulty.Inverted => BrightOnDark(ref random),
        MotionDifficulty.AnyColour => AnyTwo(ref random),
        MotionDifficulty.Hard => AnyFour(ref random),
        _ => throw new ArgumentOutOfRangeException(nameof(difficulty), difficulty, "There is no such difficulty."),
    };

    private static MotionPalette BrightOnDark(ref MotionRandom random)
    {
        var bright = random.Uniform(170, 235);
        var dark = random.Uniform(8, 35);
        return new(
            OfLuminance(ref random, bright),
            OfLuminance(ref random, bright - random.Uniform(10, 40)),
            OfLuminance(ref random, dark),
            OfLuminance(ref random, dark + random.Uniform(5, 20)));
    }

    private static MotionPalette AnyTwo(ref MotionRandom random)
    {
        const float LeastDifference = 110;
        Vector3 thing, ground;
        do
        {
            thing = Any(ref random);
            ground = Any(ref random);
        }
        while (Vector3.Distance(thing, ground) < LeastDifference);
        return new(thing, Near(ref random, thing), ground, Near(ref random, ground));
    }

    private static MotionPalette AnyFour(ref MotionRandom random)
    {
        var (thing, thingOther) = FarApart(ref random);
        var (ground, groundOther) = FarApart(ref random);
        return new(thing, thingOther, ground, groundOther);
    }

    private static (Vector3 First, Vector3 Second) FarApart(ref MotionRandom random)
    {
        const float LeastDifference = 60;
        Vector3 first, second;
        do
        {
            first = Any(ref random);
            second = Any(ref random);
        }
        while (MathF.Abs(Vector3.Dot(first - second, Luminance)) < LeastDifference);
        return (first, second);
    }

    private static Vector3 Any(ref MotionRandom random) =>
        new(random.Uniform(0, 255), random.Uniform(0, 255), random.Uniform(0, 255));

    private static Vector3 Near(ref MotionRandom random, Vector3 colour)
    {
        var change = new Vector3(random.Uniform(-25, 25), random.Uniform(-25, 25), random.Uniform(-25, 25));
        return Vector3.Clamp(colour + change, Vector3.Zero, new Vector3(255));
    }

    /// <summary>A random hue of the given luminance, greyed as far as it must be to stay within 255.</summary>
    private static Vector3 OfLuminance(ref MotionRandom random, float luminance)
    {
        var colour = Any(ref random) + Vector3.One;
        colour *= luminance / Vector3.Dot(colour, Luminance);
        var largest = MathF.Max(colour.X, MathF.Max(colour.Y, colour.Z));
        return largest <= 255
            ? colour
            : Vector3.Lerp(colour, new Vector3(luminance), (largest - 255) / (largest - luminance));
    }
}
