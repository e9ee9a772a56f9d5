namespace GardenerML.Samples.Motion;

/// <summary>Where the object is at one frame: centre and radius in image sides, angle in radians, clockwise.</summary>
/// <param name="X">Centre in [0, 1), from the left.</param>
/// <param name="Y">Centre in [0, 1), from the top.</param>
/// <param name="Radius">Distance of the farthest corner from the centre.</param>
/// <param name="Angle">Angle by which the object is turned.</param>
internal readonly record struct MotionPose(float X, float Y, float Radius, float Angle)
{
    public const float SmallestRadius = 0.14f;
    public const float LargestRadius = 0.36f;

    public static MotionPose Draw(ref MotionRandom random)
    {
        var x = random.Uniform(0, 1);
        var y = random.Uniform(0, 1);
        var logRadius = random.Uniform(MathF.Log(SmallestRadius), MathF.Log(LargestRadius));
        return new(x, y, MathF.Exp(logRadius), random.Uniform(0, MathF.Tau));
    }

    /// <summary>
    /// The pose after <paramref name="frames"/> frames of the motion. Position, angle and log radius run round a circle
    /// on which their start is uniform, so they are uniform at every frame of every class: neither a frame nor its place
    /// in the clip says anything about the class. An object that leaves on one side comes back on the other, and one
    /// that has become too large (small) starts again small (large). No path without such jumps has this property: the
    /// mean position of two opposite motions cannot be equal at two different frames.
    /// </summary>
    public MotionPose After(int frames, MotionClass motion, MotionSpeed speed) => motion switch
    {
        MotionClass.MoveDown => this with { Y = Around(Y + (frames * speed.Shift)) },
        MotionClass.MoveLeft => this with { X = Around(X - (frames * speed.Shift)) },
        MotionClass.MoveRight => this with { X = Around(X + (frames * speed.Shift)) },
        MotionClass.MoveUp => this with { Y = Around(Y - (frames * speed.Shift)) },
        MotionClass.RotateAnticlockwise => this with { Angle = Angle - (frames * speed.Turn) },
        MotionClass.RotateClockwise => this with { Angle = Angle + (frames * speed.Turn) },
        MotionClass.ZoomIn => this with { Radius = Grown(frames * speed.LogGrowth) },
        MotionClass.ZoomOut => this with { Radius = Grown(-frames * speed.LogGrowth) },
        _ => throw new ArgumentOutOfRangeException(nameof(motion), motion, "There is no such motion class."),
    };

    public float Grown(float logGrowth)
    {
        var range = MathF.Log(LargestRadius / SmallestRadius);
        var place = (MathF.Log(Radius / SmallestRadius) + logGrowth) / range;
        return SmallestRadius * MathF.Exp(range * Around(place));
    }

    private static float Around(float value) => value - MathF.Floor(value);
}
