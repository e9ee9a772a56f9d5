using GardenerML.Samples.Motion;

namespace GardenerML.Samples.Curriculum;

/// <summary>How far something has come since the first frame, where all classes are alike: all 0.</summary>
/// <param name="X">Image sides to the right.</param>
/// <param name="Y">Image sides down.</param>
/// <param name="Angle">Radians, clockwise.</param>
/// <param name="LogGrowth">Natural logarithm of the growth.</param>
/// <param name="Faintness">0 for as it was, 1 for gone.</param>
internal readonly record struct ActionOffset(
    float X = 0, float Y = 0, float Angle = 0, float LogGrowth = 0, float Faintness = 0)
{
    private const float LargestReach = 0.16f;
    private const float LargestRock = 0.9f;
    private const float LargestPulse = 0.4f;

    /// <summary>A whole frame that turns or grows as fast as an object does would be too fast to follow at its corners.</summary>
    private const float CameraShare = 0.5f;

    /// <summary>Of the object over the ground.</summary>
    /// <param name="motion">What the object does.</param>
    /// <param name="pace">How.</param>
    /// <param name="time">Frames since the first.</param>
    /// <param name="length">Frames of the clip.</param>
    public static ActionOffset Of(ObjectMotion motion, in ActionPace pace, float time, float length)
    {
        var round = MathF.Tau * pace.Cycles * time / length;
        var reach = pace.Extent * LargestReach;
        var toAndFro = pace.Extent * (MathF.Sin(pace.Phase + round) - MathF.Sin(pace.Phase));
        var turn = time * pace.Speed.Turn;
        var shift = time * pace.Speed.Shift;
        switch (motion)
        {
            case >= ObjectMotion.MoveRight and <= ObjectMotion.MoveUpRight:
                return Straight((int)motion, shift);
            case ObjectMotion.Still:
                return new();
            case ObjectMotion.RotateClockwise:
                return new(Angle: turn);
            case ObjectMotion.RotateAnticlockwise:
                return new(Angle: -turn);
            case ObjectMotion.ZoomIn:
                return new(LogGrowth: time * pace.Speed.LogGrowth);
            case ObjectMotion.ZoomOut:
                return new(LogGrowth: -time * pace.Speed.LogGrowth);
            case ObjectMotion.RollRight:
                return new(X: shift, Angle: turn);
            case ObjectMotion.RollLeft:
                return new(X: -shift, Angle: -turn);
            case ObjectMotion.CircleClockwise:
                return Circle(reach, pace.Phase, round);
            case ObjectMotion.CircleAnticlockwise:
                return Circle(reach, pace.Phase, -round);
            case ObjectMotion.Sway:
                return new(X: LargestReach * toAndFro);
            case ObjectMotion.Bob:
                return new(Y: LargestReach * toAndFro);
            case ObjectMotion.Rock:
                return new(Angle: LargestRock * toAndFro);
            case ObjectMotion.Pulse:
                return new(LogGrowth: LargestPulse * toAndFro);
            case ObjectMotion.MoveThenStop:
                return Straight(pace.Direction, MathF.Min(time, pace.Switch * length) * pace.Speed.Shift);
            case ObjectMotion.StopThenMove:
                return Straight(pace.Direction, MathF.Max(time - (pace.Switch * length), 0) * pace.Speed.Shift);
            case ObjectMotion.Flicker:
                // Twice as fast as the rest, yet at eight frames a clip no faster than every second of them.
                return new(Faintness: 0.45f * (1 - MathF.Cos(2 * round)));
            case ObjectMotion.Vanish:
                // Gone at the last frame at the latest.
                var start = (pace.Switch - 0.3f) * length;
                return new(Faintness: Math.Clamp((time - start) / (0.4f * length), 0, 1));
            default:
                throw new ArgumentOutOfRangeException(nameof(motion), motion, "There is no such motion of an object.");
        }
    }

    /// <summary>Of the scene that a moving camera sees; turning and growing are about the place where the object began.</summary>
    /// <param name="motion">What the camera does.</param>
    /// <param name="pace">How.</param>
    /// <param name="time">Frames since the first.</param>
    public static ActionOffset Of(CameraMotion motion, in ActionPace pace, int time) => motion switch
    {
        CameraMotion.Still => new(),
        CameraMotion.PanLeft => new(X: time * pace.Speed.Shift),
        CameraMotion.PanRight => new(X: -time * pace.Speed.Shift),
        CameraMotion.PanUp => new(Y: time * pace.Speed.Shift),
        CameraMotion.PanDown => new(Y: -time * pace.Speed.Shift),
        CameraMotion.ZoomIn => new(LogGrowth: CameraShare * time * pace.Speed.LogGrowth),
        CameraMotion.ZoomOut => new(LogGrowth: -CameraShare * time * pace.Speed.LogGrowth),
        CameraMotion.RollClockwise => new(Angle: -CameraShare * time * pace.Speed.Turn),
        CameraMotion.RollAnticlockwise => new(Angle: CameraShare * time * pace.Speed.Turn),
        CameraMotion.Shake => Shaken(pace, time),
        _ => throw new ArgumentOutOfRangeException(nameof(motion), motion, "There is no such motion of a camera."),
    };

    private static ActionOffset Straight(int direction, float distance)
    {
        // y points down, so a growing angle runs clockwise.
        var (sin, cos) = MathF.SinCos(direction * MathF.Tau / 8);
        return new(distance * cos, distance * sin);
    }

    private static ActionOffset Circle(float radius, float phase, float round) => new(
        radius * (MathF.Cos(phase + round) - MathF.Cos(phase)),
        radius * (MathF.Sin(phase + round) - MathF.Sin(phase)));

    private static ActionOffset Shaken(in ActionPace pace, int time)
    {
        if (time == 0)
            return new();
        const float Largest = 0.05f;
        var random = new MotionRandom(MotionRandom.Combine(pace.ShakeSeed, time));
        var reach = pace.Extent * Largest;
        return new(random.Uniform(-reach, reach), random.Uniform(-reach, reach));
    }
}
