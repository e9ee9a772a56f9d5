using System.Buffers;
using System.Numerics;
using System.Runtime.Intrinsics;
using OpenCvSharp;

namespace GardenerML.Video;

/// <summary>
/// Makes images of 8 bits in 3 channels smaller: a pixel becomes the average over its area, as by OpenCV's <c>INTER_AREA</c>, and
/// the channels change their order in the same pass.
/// </summary>
/// <remarks>
/// Rows are added up first, exactly, in 16 bits; columns in single precision without fused operations. So the result is the same
/// on every processor, and differs from OpenCV's, by one level, only where the average is next to the middle between two levels.
/// </remarks>
internal static unsafe class AreaResize
{
    // Adding it leaves a number's nearest integer, the even one of two, in the last bits.
    private const float Rounding = 1 << 23;

    // The videos of a data set have few sizes. A slot is overwritten by the next sizes that fall on it, so files of many sizes
    // fill no memory; plans do not change, so threads share them.
    private static readonly Plan?[] Known = new Plan?[64];

    /// <summary>
    /// Whether the sizes can be had, and sooner than from OpenCV: smaller, rows at least as long as a vector, and weights of rows
    /// that keep sums within 16 bits, as those of all usual sizes of videos do. OpenCV is faster at halves, which it has code for.
    /// </summary>
    public static bool Suits(int sourceHeight, int sourceWidth, int height, int width) =>
        height <= sourceHeight && width <= sourceWidth
        && (sourceHeight, sourceWidth) != (height, width) && (sourceHeight, sourceWidth) != (2 * height, 2 * width)
        && FitsVectors(sourceHeight, sourceWidth, height);

    /// <summary>Writes the smaller image.</summary>
    /// <param name="image">The image: 8 bits in 3 channels.</param>
    /// <param name="part">What of it becomes the smaller image.</param>
    /// <param name="target">Gets <paramref name="height"/> x <paramref name="width"/> x 3 bytes.</param>
    /// <param name="height">Rows of the smaller image.</param>
    /// <param name="width">Its columns.</param>
    /// <param name="swap">Whether the first and the last channel change places.</param>
    /// <exception cref="ArgumentException">What would be read or written lies outside, or sums would not fit.</exception>
    public static void Write(Mat image, Rect part, Span<byte> target, int height, int width, bool swap)
    {
        if (image.Type() != MatType.CV_8UC3 || part.X < 0 || part.Y < 0 || part.Right > image.Width || part.Bottom > image.Height)
            throw new ArgumentException($"{part} is no part of an image of {image.Width} x {image.Height}, {image.Type()}.");
        if (height > part.Height || width > part.Width || !FitsVectors(part.Height, part.Width, height))
            throw new ArgumentException($"{part.Width} x {part.Height} cannot become {width} x {height} here.");
        var plan = PlanFor(part.Height, part.Width, height, width);
        var (rows, columns) = (plan.Rows, plan.Columns);
        // The lowest bytes of three numbers, in the first three bytes; what follows is not used.
        var order = swap ? Vector128.Create(0x0C00_0408u).AsByte() : Vector128.Create(0x0C08_0400u).AsByte();
        var scale = 1f / ((float)rows.Sum * columns.Sum);
        var (stride, length) = (image.Step(), 3 * part.Width);
        var first = (byte*)image.Ptr(part.Y) + 3 * part.X;
        // One more than the row has: pixels are read as four values.
        var rented = ArrayPool<float>.Shared.Rent(length + 1);
        fixed (float* sums = rented, rowWeights = rows.Weights, columnWeights = columns.Weights)
        fixed (int* starts = columns.Starts)
        fixed (byte* pixels = target[..(3 * height * width)])
        {
            for (var y = 0; y < height; y++)
            {
                AddRows(first + stride * rows.Starts[y], stride, rowWeights + y * rows.Count, rows.Count, sums, length);
                AddColumns(sums, starts, columnWeights, columns.Count, pixels + 3 * y * width, width, scale, order);
            }
        }
        ArrayPool<float>.Shared.Return(rented);
        GC.KeepAlive(image);
    }

    private static bool FitsVectors(int sourceHeight, int sourceWidth, int height) =>
        3 * sourceWidth >= Vector<byte>.Count && AreaWeights.Whole(sourceHeight, height) <= ushort.MaxValue / byte.MaxValue;

    private static Plan PlanFor(int sourceHeight, int sourceWidth, int height, int width)
    {
        var sizes = (sourceHeight, sourceWidth, height, width);
        ref var known = ref Known[(uint)sizes.GetHashCode() % Known.Length];
        var plan = Volatile.Read(ref known);
        if (plan is null || plan.Sizes != sizes)
        {
            plan = new Plan(sizes, new AreaWeights(sourceHeight, height), new AreaWeights(sourceWidth, width));
            Volatile.Write(ref known, plan);
        }
        return plan;
    }

    private static void AddRows(byte* first, long stride, float* weights, int count, float* sums, int length)
    {
        while (weights[count - 1] == 0)
            count--;
        for (var x = 0; x < length; x += Vector<byte>.Count)
        {
            // The last vector overlaps the one before.
            var at = Math.Min(x, length - Vector<byte>.Count);
            var pixels = first + at;
            Vector<ushort> low = default, high = default;
            for (var i = 0; i < count; i++, pixels += stride)
            {
                var levels = Vector.Load(pixels);
                var weight = new Vector<ushort>((ushort)weights[i]);
                low += Vector.WidenLower(levels) * weight;
                high += Vector.WidenUpper(levels) * weight;
            }
            Store(low, sums + at);
            Store(high, sums + at + Vector<ushort>.Count);
        }
    }

    private static void Store(Vector<ushort> values, float* target)
    {
        Vector.ConvertToSingle(Vector.AsVectorInt32(Vector.WidenLower(values))).Store(target);
        Vector.ConvertToSingle(Vector.AsVectorInt32(Vector.WidenUpper(values))).Store(target + Vector<float>.Count);
    }

    private static void AddColumns(
        float* sums, int* starts, float* weights, int count, byte* target, int width, float scale, Vector128<byte> order)
    {
        for (var x = 0; x < width; x++, target += 3)
        {
            var pixel = sums + 3 * starts[x];
            var sum = Vector128<float>.Zero;
            for (var i = 0; i < count; i++, pixel += 3)
                sum += Vector128.Load(pixel) * *weights++;
            var levels = Vector128.Shuffle((sum * scale + Vector128.Create(Rounding)).AsByte(), order).AsUInt32().ToScalar();
            *(ushort*)target = (ushort)levels;
            target[2] = (byte)(levels >> 16);
        }
    }

    private sealed record Plan((int, int, int, int) Sizes, AreaWeights Rows, AreaWeights Columns);
}
