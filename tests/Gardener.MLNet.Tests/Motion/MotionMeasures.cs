namespace GardenerML.Tests.Motion;

/// <summary>
/// Measures motion in the frames of a bright object on a dark ground, knowing nothing of how they were rendered. Frames
/// are rings in both directions: what leaves on one side comes back on the other.
/// </summary>
internal static class MotionMeasures
{
    private const float Bright = 95;

    /// <summary>Luminance [size, size] of frame <paramref name="t"/> of uint8 [frames, size, size, 3] red, green, blue.</summary>
    public static float[] Luminance(byte[] clip, int size, int t)
    {
        var frame = clip.AsSpan(t * size * size * 3, size * size * 3);
        var values = new float[size * size];
        for (var i = 0; i < values.Length; i++)
            values[i] = (0.299f * frame[3 * i]) + (0.587f * frame[(3 * i) + 1]) + (0.114f * frame[(3 * i) + 2]);
        return values;
    }

    /// <summary>Count of bright pixels.</summary>
    public static double Area(float[] frame) => frame.Count(value => value > Bright);

    /// <summary>Mean place of the bright pixels in pixels, by the mean direction on each ring.</summary>
    public static (double X, double Y) Centroid(float[] frame, int size)
    {
        var (x, y) = (System.Numerics.Complex.Zero, System.Numerics.Complex.Zero);
        for (var i = 0; i < frame.Length; i++)
        {
            if (frame[i] <= Bright)
                continue;
            x += System.Numerics.Complex.FromPolarCoordinates(1, Math.Tau * (i % size) / size);
            y += System.Numerics.Complex.FromPolarCoordinates(1, Math.Tau * (i / size) / size);
        }
        return (Pixels(x.Phase), Pixels(y.Phase));

        double Pixels(double phase) => ((phase / Math.Tau * size) + size) % size;
    }

    /// <summary>Median step of the centroid from frame to frame, in pixels.</summary>
    public static (double X, double Y) Shift(IReadOnlyList<float[]> frames, int size)
    {
        var places = frames.Select(frame => Centroid(frame, size)).ToArray();
        var steps = places.Zip(places.Skip(1)).ToArray();
        return (Median(steps.Select(s => Step(s.Second.X - s.First.X))), Median(steps.Select(s => Step(s.Second.Y - s.First.Y))));

        double Step(double difference) => difference - (size * Math.Round(difference / size));
    }

    /// <summary>Median growth of the area from frame to frame, a ratio.</summary>
    public static double Growth(IReadOnlyList<float[]> frames)
    {
        var areas = frames.Select(Area).ToArray();
        return Median(areas.Zip(areas.Skip(1), (before, after) => after / before));
    }

    /// <summary>
    /// Median turn from frame to frame in degrees, clockwise: the best match of brightness on rings about the centroid.
    /// </summary>
    public static double Turn(IReadOnlyList<float[]> frames, int size)
    {
        const int Most = 17;
        var profiles = frames.Select(frame => Profile(frame, size)).ToArray();
        return Median(profiles.Zip(profiles.Skip(1), (before, after) =>
            (double)Enumerable.Range(-Most, (2 * Most) + 1).MinBy(turn => Mismatch(before, after, turn))));
    }

    private static float[,] Profile(float[] frame, int size)
    {
        var radii = (int)Math.Ceiling(Math.Sqrt(Area(frame)));
        var profile = new float[radii, 360];
        var (centreX, centreY) = Centroid(frame, size);
        for (var radius = 1; radius < radii; radius++)
        {
            for (var degree = 0; degree < 360; degree++)
            {
                // y points down, so a growing angle runs clockwise.
                var (sin, cos) = Math.SinCos(degree * Math.PI / 180);
                profile[radius, degree] = At(centreX + (radius * cos), centreY + (radius * sin));
            }
        }
        return profile;

        float At(double x, double y)
        {
            var (left, top) = ((int)Math.Floor(x), (int)Math.Floor(y));
            var (u, v) = ((float)(x - left), (float)(y - top));
            return float.Lerp(
                float.Lerp(Pixel(left, top), Pixel(left + 1, top), u),
                float.Lerp(Pixel(left, top + 1), Pixel(left + 1, top + 1), u), v);
        }

        float Pixel(int x, int y) => frame[((y + size) % size * size) + ((x + size) % size)];
    }

    private static double Mismatch(float[,] before, float[,] after, int turn)
    {
        var sum = 0.0;
        for (var radius = 1; radius < Math.Min(before.GetLength(0), after.GetLength(0)); radius++)
        {
            for (var degree = 0; degree < 360; degree += 3)
            {
                var difference = after[radius, (degree + turn + 360) % 360] - before[radius, degree];
                sum += radius * difference * difference;
            }
        }
        return sum;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
