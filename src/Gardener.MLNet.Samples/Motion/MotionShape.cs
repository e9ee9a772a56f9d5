using OpenCvSharp;

namespace GardenerML.Samples.Motion;

/// <summary>Outlines of objects whose turning can be seen: polygons about their centre of area, of radius 1.</summary>
internal static class MotionShape
{
    public static Point2f[] Draw(ref MotionRandom random)
    {
        Point2f[] corners = random.Index(8) switch
        {
            0 => Star(3, 0.5f, 0.5f, ref random),
            1 => Star(5, 1f, random.Uniform(0.38f, 0.5f), ref random),
            2 => Bar(random.Uniform(0.3f, 0.5f)),
            3 => NotchedRing(random.Uniform(0.4f, 0.55f), random.Uniform(0.8f, 2f)),
            4 => [new(0, -1), new(0.8f, 0), new(0.3f, 0), new(0.3f, 1), new(-0.3f, 1), new(-0.3f, 0), new(-0.8f, 0)],
            5 => [new(-0.7f, -1), new(0, -1), new(0, 0.3f), new(0.9f, 0.3f), new(0.9f, 1), new(-0.7f, 1)],
            6 => Wedge(random.Uniform(3.4f, 5.2f)),
            _ => Blob(6, ref random),
        };
        return Centred(corners);
    }

    /// <summary>Corners at 1, sides' middles at <paramref name="inner"/>; a triangle where that is a straight side.</summary>
    private static Point2f[] Star(int points, float jitter, float inner, ref MotionRandom random)
    {
        var corners = new Point2f[2 * points];
        for (var i = 0; i < corners.Length; i++)
        {
            var radius = i % 2 == 0 ? random.Uniform(1 - (0.2f * jitter), 1) : inner;
            corners[i] = Polar(radius, i * MathF.PI / points);
        }
        return corners;
    }

    private static Point2f[] Bar(float thickness) =>
        [new(-1, -thickness), new(1, -thickness), new(1, thickness), new(-1, thickness)];

    private static Point2f[] NotchedRing(float inner, float notch)
    {
        const int Steps = 24;
        var corners = new Point2f[2 * Steps];
        for (var i = 0; i < Steps; i++)
        {
            var angle = (notch / 2) + ((MathF.Tau - notch) * i / (Steps - 1));
            corners[i] = Polar(1, angle);
            corners[^(i + 1)] = Polar(inner, angle);
        }
        return corners;
    }

    private static Point2f[] Wedge(float opening)
    {
        const int Steps = 24;
        var corners = new Point2f[Steps + 1];
        for (var i = 0; i < Steps; i++)
            corners[i] = Polar(1, opening * i / (Steps - 1));
        return corners;
    }

    private static Point2f[] Blob(int count, ref MotionRandom random)
    {
        var corners = new Point2f[count];
        for (var i = 0; i < count; i++)
            corners[i] = Polar(random.Uniform(0.35f, 1), (i + random.Uniform(-0.25f, 0.25f)) * MathF.Tau / count);
        return corners;
    }

    private static Point2f Polar(float radius, float angle) => new(radius * MathF.Cos(angle), radius * MathF.Sin(angle));

    private static Point2f[] Centred(Point2f[] corners)
    {
        float area = 0, x = 0, y = 0;
        for (var i = 0; i < corners.Length; i++)
        {
            var (a, b) = (corners[i], corners[(i + 1) % corners.Length]);
            var cross = (a.X * b.Y) - (b.X * a.Y);
            area += cross / 2;
            x += (a.X + b.X) * cross / 6;
            y += (a.Y + b.Y) * cross / 6;
        }
        var centre = new Point2f(x / area, y / area);
        var radius = corners.Max(corner => (float)corner.DistanceTo(centre));
        return Array.ConvertAll(corners, corner => (corner - centre) * (1 / radius));
    }
}
