namespace GardenerML.Samples.Motion;

/// <summary>How fast the object moves a frame, whatever its class.</summary>
/// <param name="Shift">Image sides a frame.</param>
/// <param name="Turn">Radians a frame. Below the half of a fifth of a turn at every second frame, for the star's sake.</param>
/// <param name="LogGrowth">Natural logarithm of the growth a frame.</param>
internal readonly record struct MotionSpeed(float Shift, float Turn, float LogGrowth)
{
    public static MotionSpeed Draw(ref MotionRandom random) => new(
        random.Uniform(0.020f, 0.040f),
        random.Uniform(5, 11) * (MathF.PI / 180),
        random.Uniform(0.035f, 0.055f));
}
