using GardenerML.Samples.Motion;

namespace GardenerML.Samples.Curriculum;

/// <summary>
/// Smooth patterns between 0 and 1 for a ground without end: the right edge goes on at the left one, the lower at the
/// upper. Each varies both ways, since a ground of stripes would not show a camera that moves along them.
/// </summary>
internal static class ActionTexture
{
    /// <summary>Fills [<paramref name="size"/>, <paramref name="size"/>] with blotches, stripes or checks.</summary>
    public static void Fill(Span<float> pattern, int size, ref MotionRandom random)
    {
        var kind = random.Index(3);
        Blotches(pattern, size, 7 + random.Index(6), ref random);
        if (kind == 0)
            return;

        // Whole numbers of waves in each direction, so that the edges meet.
        var waves = random.Uniform(4, 9);
        var (sin, cos) = MathF.SinCos(random.Uniform(0, MathF.PI));
        var (across, down) = ((int)MathF.Round(waves * cos), (int)MathF.Round(waves * sin));
        Span<float> first = stackalloc float[size];
        Span<float> second = stackalloc float[size];
        Wave(first, random.Uniform(0, MathF.Tau));
        Wave(second, random.Uniform(0, MathF.Tau));
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                var wave = first[Around((across * x) + (down * y), size)];
                if (kind == 2)
                    wave *= second[Around((across * y) - (down * x), size)];
                ref var value = ref pattern[(y * size) + x];
                value = (0.35f * value) + (0.65f * (0.5f + (0.5f * wave)));
            }
        }
    }

    private static void Blotches(Span<float> pattern, int size, int cells, ref MotionRandom random)
    {
        Span<float> grid = stackalloc float[cells * cells];
        foreach (ref var value in grid)
            value = random.Uniform(0, 1);

        for (var y = 0; y < size; y++)
        {
            var (row, v) = Cell(y, size, cells);
            var below = Around(row + 1, cells);
            for (var x = 0; x < size; x++)
            {
                var (column, u) = Cell(x, size, cells);
                var right = Around(column + 1, cells);
                pattern[(y * size) + x] = float.Lerp(
                    float.Lerp(grid[(row * cells) + column], grid[(row * cells) + right], u),
                    float.Lerp(grid[(below * cells) + column], grid[(below * cells) + right], u),
                    v);
            }
        }
    }

    private static (int Index, float Smooth) Cell(int pixel, int size, int cells)
    {
        var place = (float)pixel * cells / size;
        var index = (int)place;
        var share = place - index;
        return (index, share * share * (3 - (2 * share)));
    }

    private static void Wave(Span<float> wave, float phase)
    {
        for (var i = 0; i < wave.Length; i++)
            wave[i] = MathF.Sin((MathF.Tau * i / wave.Length) + phase);
    }

    private static int Around(int place, int size) => ((place % size) + size) % size;
}
