using OpenCvSharp;

namespace GardenerML.Training;

/// <summary>
/// An operation on the pixels of a frame, [row, column, RGB] in bytes. The formulas are those of PIL's ImageOps and ImageEnhance;
/// shears, shifts and rotations are about the upper left corner, the frame and its centre, and leave grey (128) where nothing is.
/// </summary>
internal sealed class FrameOperation
{
    private static readonly Scalar Grey = Scalar.All(128);
    private readonly FrameAction _action;

    private FrameOperation(FrameAction action) => _action = action;

    private delegate void FrameAction(Span<byte> frame, int height, int width);

    /// <summary>Stretches each channel to [0, 255].</summary>
    public static FrameOperation AutoContrast { get; } = PerChannel(counts =>
    {
        var (least, most) = (Array.FindIndex(counts, count => count > 0), Array.FindLastIndex(counts, count => count > 0));
        return value => most > least ? (value - least) * 255.0 / (most - least) : value;
    });

    /// <summary>Makes the histogram of each channel even.</summary>
    public static FrameOperation Equalize { get; } = PerChannel(counts =>
    {
        var step = (counts.Sum() - counts.LastOrDefault(count => count > 0)) / 255;
        if (step == 0)
            return value => value;
        var table = new double[256];
        var sum = step / 2;
        for (var i = 0; i < 256; sum += counts[i++])
            table[i] = sum / step;
        return value => table[value];
    });

    /// <summary>255 - value.</summary>
    public static FrameOperation Invert { get; } = Table(value => 255 - value);

    /// <summary>Keeps the upper bits of each value.</summary>
    public static FrameOperation Posterize(int bits) => Table(value => value & ~((1 << (8 - bits)) - 1));

    /// <summary>Inverts values of at least the threshold.</summary>
    public static FrameOperation Solarize(int threshold) => Table(value => value < threshold ? value : 255 - value);

    /// <summary>Adds to values below 128.</summary>
    public static FrameOperation SolarizeAdd(int added) => Table(value => value < 128 ? value + added : value);

    /// <summary>Multiplies: 0 is black, 1 the frame.</summary>
    public static FrameOperation Brightness(double factor) => Table(value => value * factor);

    /// <summary>Away from the mean of the grey frame: 0 is that mean, 1 the frame.</summary>
    public static FrameOperation Contrast(double factor) => new((frame, _, _) =>
    {
        long sum = 0;
        for (var i = 0; i < frame.Length; i += 3)
            sum += Luma(frame[i..]);
        var mean = (int)(sum / (frame.Length / 3.0) + 0.5);
        Map(frame, MakeTable(value => mean + factor * (value - mean)));
    });

    /// <summary>Away from grey: 0 is the grey frame, 1 the frame.</summary>
    public static FrameOperation Color(double factor) => new((frame, _, _) =>
    {
        for (var i = 0; i < frame.Length; i += 3)
        {
            int grey = Luma(frame[i..]);
            for (var c = i; c < i + 3; c++)
                frame[c] = ToByte(grey + factor * (frame[c] - grey));
        }
    });

    /// <summary>Away from a smoothed frame (3 x 3, the centre 5 of 13): 0 is the smoothed one, 1 the frame. The border stays.</summary>
    public static FrameOperation Sharpness(double factor) => new((frame, height, width) =>
    {
        var before = frame.ToArray();
        for (var y = 1; y < height - 1; y++)
        {
            for (var i = (y * width + 1) * 3; i < (y * width + width - 1) * 3; i++)
            {
                var sum = 4 * before[i];
                for (var row = i - 3 * width; row <= i + 3 * width; row += 3 * width)
                    sum += before[row - 3] + before[row] + before[row + 3];
                var smooth = ToByte(sum / 13.0 + 0.5);
                frame[i] = ToByte(smooth + factor * (before[i] - smooth));
            }
        }
    });

    /// <summary>Turns about the centre, anticlockwise for positive degrees.</summary>
    public static FrameOperation Rotate(double degrees)
    {
        var (sine, cosine) = Math.SinCos(degrees * Math.PI / 180);
        return Affine((height, width) =>
        {
            double x = (width - 1) / 2.0, y = (height - 1) / 2.0;
            return [cosine, -sine, x - cosine * x + sine * y, sine, cosine, y - sine * x - cosine * y];
        });
    }

    /// <summary>Takes each row from a place further right by so many columns a row.</summary>
    public static FrameOperation ShearX(double factor) => Affine((_, _) => [1, factor, 0, 0, 1, 0]);

    /// <summary>Takes each column from a place further down by so many rows a column.</summary>
    public static FrameOperation ShearY(double factor) => Affine((_, _) => [1, 0, 0, factor, 1, 0]);

    /// <summary>Takes pixels from a place further right by a share of the width.</summary>
    public static FrameOperation TranslateX(double share) => Affine((_, width) => [1, 0, share * width, 0, 1, 0]);

    /// <summary>Takes pixels from a place further down by a share of the height.</summary>
    public static FrameOperation TranslateY(double share) => Affine((height, _) => [1, 0, 0, 0, 1, share * height]);

    /// <summary>Changes a frame in place.</summary>
    public void Apply(Span<byte> frame, int height, int width) => _action(frame, height, width);

    private static FrameOperation Table(Func<int, double> formula)
    {
        var table = MakeTable(formula);
        return new FrameOperation((frame, _, _) => Map(frame, table));
    }

    private static FrameOperation PerChannel(Func<int[], Func<int, double>> formula) => new((frame, _, _) =>
    {
        for (var channel = 0; channel < 3; channel++)
        {
            var counts = new int[256];
            for (var i = channel; i < frame.Length; i += 3)
                counts[frame[i]]++;
            var table = MakeTable(formula(counts));
            for (var i = channel; i < frame.Length; i += 3)
                frame[i] = table[frame[i]];
        }
    });

    // Row by row: where in the frame (x, y) the new pixel at (x, y) comes from.
    private static FrameOperation Affine(Func<int, int, double[]> source) => new((frame, height, width) =>
    {
        using var matrix = Mat.FromPixelData(2, 3, MatType.CV_64FC1, source(height, width));
        using var target = new Mat();
        using var before = Mat.FromPixelData(height, width, MatType.CV_8UC3, frame.ToArray());
        Cv2.WarpAffine(
            before, target, matrix, new Size(width, height), InterpolationFlags.Linear | InterpolationFlags.WarpInverseMap,
            BorderTypes.Constant, Grey);
        target.AsSpan<byte>().CopyTo(frame);
    });

    private static byte[] MakeTable(Func<int, double> formula) => [.. Enumerable.Range(0, 256).Select(value => ToByte(formula(value)))];

    private static void Map(Span<byte> frame, byte[] table)
    {
        foreach (ref var value in frame)
            value = table[value];
    }

    // ITU-R 601-2, in PIL's fixed point.
    private static byte Luma(ReadOnlySpan<byte> pixel) =>
        (byte)((pixel[0] * 19595 + pixel[1] * 38470 + pixel[2] * 7471 + 0x8000) >> 16);

    private static byte ToByte(double value) => (byte)Math.Clamp(value, 0, 255);
}
