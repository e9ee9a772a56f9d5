namespace GardenerML.Samples.Motion;

/// <summary>Smooth patterns between 0 and 1: blotches, stripes and checks.</summary>
internal static class MotionTexture
{
    /// <summary>Draws a pattern of <paramref name="size"/> x <paramref name="size"/> values, row by row.</summary>
    public static float[] Draw(ref MotionRandom random, int size) => random.Index(3) switch
    {
        0 => Blotches(ref random, size),
        1 => Waves(ref random, size, checks: false),
        _ => Waves(ref random, size, checks: true),
    };

    private static float[] Blotches(ref MotionRandom random, int size)
    {
        var cells = 4 + random.Index(4);
        var grid = new float[(cells + 1) * (cells + 1)];
        foreach (ref var value in grid.AsSpan())
            value = random.Uniform(0, 1);

        var pattern = new float[size * size];
        for (var y = 0; y < size; y++)
        {
            var (row, v) = Cell(y, size, cells);
            for (var x = 0; x < size; x++)
            {
                var (column, u) = Cell(x, size, cells);
                var at = (row * (cells + 1)) + column;
                var top = float.Lerp(grid[at], grid[at + 1], u);
                var bottom = float.Lerp(grid[at + cells + 1], grid[at + cells + 2], u);
                pattern[(y * size) + x] = float.Lerp(top, bottom, v);
            }
        }
        return pattern;
    }

    private static (int Index, float Smooth) Cell(int pixel, int size, int cells)
    {
        var place = (pixel + 0.5f) * cells / size;
        var index = (int)place;
        var share = place - index;
        return (index, share * share * (3 - (2 * share)));
    }

    private static float[] Waves(ref MotionRandom random, int size, bool checks)
    {
        var frequency = MathF.Tau * random.Uniform(2, 4.5f) / size;
        var (sin, cos) = MathF.SinCos(random.Uniform(0, MathF.PI));
        var (phase, otherPhase) = (random.Uniform(0, MathF.Tau), random.Uniform(0, MathF.Tau));
        var pattern = new float[size * size];
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                var wave = MathF.Sin((frequency * ((cos * x) + (sin * y))) + phase);
                if (checks)
                    wave *= MathF.Sin((frequency * ((cos * y) - (sin * x))) + otherPhase);
                pattern[(y * size) + x] = 0.5f + (0.5f * wave);
            }
        }
        return pattern;
    }
}
