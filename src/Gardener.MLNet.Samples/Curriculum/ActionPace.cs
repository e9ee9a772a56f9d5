using GardenerML.Samples.Motion;

namespace GardenerML.Samples.Curriculum;

/// <summary>How fast, how far and when things move, whatever the class.</summary>
/// <param name="Speed">Speeds of even motions, a frame.</param>
/// <param name="Extent">Reach of to-and-fro motions, a share of each one's largest.</param>
/// <param name="Cycles">Rounds of to-and-fro motions in a clip.</param>
/// <param name="Phase">Where in a round they begin, radians.</param>
/// <param name="Direction">Which of the eight directions an object takes whose class names none.</param>
/// <param name="Switch">When such an object stops or starts, a share of the clip.</param>
/// <param name="ShakeSeed">Decides the path of a shaking camera.</param>
internal readonly record struct ActionPace(
    MotionSpeed Speed, float Extent, float Cycles, float Phase, int Direction, float Switch, ulong ShakeSeed)
{
    public static ActionPace Draw(ref MotionRandom random)
    {
        // A little wider than the speeds of the eight-class data set.
        var factor = random.Uniform(0.7f, 1.2f);
        var speed = MotionSpeed.Draw(ref random);
        return new(
            new(speed.Shift * factor, speed.Turn * factor, speed.LogGrowth * factor),
            random.Uniform(0.6f, 1),
            random.Uniform(1.1f, 2),
            random.Uniform(0, MathF.Tau),
            random.Index(8),
            random.Uniform(0.35f, 0.6f),
            random.NextBits());
    }
}
