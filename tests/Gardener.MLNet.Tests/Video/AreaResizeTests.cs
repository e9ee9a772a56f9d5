using System.Runtime.InteropServices;
using GardenerML.Video;
using OpenCvSharp;

namespace GardenerML.Tests.Video;

[TestClass]
public sealed class AreaResizeTests
{
    [TestMethod]
    [DataRow(240, 320, 224, 224)]
    [DataRow(240, 427, 224, 224)]
    [DataRow(360, 640, 112, 112)]
    [DataRow(240, 320, 240, 224)]
    [DataRow(257, 263, 256, 1)]
    [DataRow(129, 65, 1, 64)]
    [DataRow(31, 37, 31, 36)]
    [DataRow(1, 11, 1, 7)]
    [DataRow(45, 90, 1, 1)]
    [DataRow(96, 144, 32, 48)]
    public void Pixels_are_averages_over_areas_within_a_level_of_opencv(int sourceHeight, int sourceWidth, int height, int width)
    {
        Assert.IsTrue(AreaResize.Suits(sourceHeight, sourceWidth, height, width));
        VideoNative.Require();
        // Part of a larger image, so that there are bytes between its rows which must not count.
        using var image = Noise(sourceHeight + 3, sourceWidth + 5);
        var place = new Rect(2, 1, sourceWidth, sourceHeight);
        using var part = new Mat(image, place);
        var expected = Averages(Bytes(part), sourceHeight, sourceWidth, height, width);
        using var resized = new Mat();
        Cv2.Resize(part, resized, new Size(width, height), 0, 0, InterpolationFlags.Area);
        var byOpenCv = Bytes(resized);
        foreach (var swap in new[] { false, true })
        {
            var actual = Resized(image, place, height, width, swap);
            for (var i = 0; i < actual.Length; i++)
            {
                var same = swap ? i + 2 - 2 * (i % 3) : i;
                // Half a level is what rounding takes, and single precision a little more.
                Assert.AreEqual(expected[same], actual[i], 0.501, $"byte {i}");
                Assert.AreEqual((double)byOpenCv[same], actual[i], 1, $"byte {i}, OpenCV");
            }
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(77)]
    [DataRow(255)]
    public void An_even_image_stays_as_it_is(int level)
    {
        VideoNative.Require();
        using var image = new Mat(240, 320, MatType.CV_8UC3, Scalar.All(level));
        foreach (var side in new[] { 224, 113, 7, 1 })
            Assert.IsTrue(Resized(image, new Rect(0, 0, 320, 240), side, side, swap: false).All(pixel => pixel == level), $"{side}");
    }

    [TestMethod]
    [DataRow(10, 20, 11, 10, DisplayName = "higher")]
    [DataRow(10, 20, 10, 21, DisplayName = "wider")]
    [DataRow(10, 20, 10, 20, DisplayName = "equal")]
    [DataRow(20, 40, 10, 20, DisplayName = "halves")]
    [DataRow(30, 1, 10, 1, DisplayName = "rows shorter than a vector")]
    [DataRow(263, 300, 262, 200, DisplayName = "sums beyond 16 bits")]
    public void Other_sizes_are_resized_by_opencv(int sourceHeight, int sourceWidth, int height, int width)
    {
        Assert.IsFalse(AreaResize.Suits(sourceHeight, sourceWidth, height, width));
        VideoNative.Require();
        using var image = Noise(sourceHeight, sourceWidth);
        using var expected = new Mat();
        var shrinks = height <= sourceHeight && width <= sourceWidth;
        Cv2.Resize(image, expected, new Size(width, height), 0, 0, shrinks ? InterpolationFlags.Area : InterpolationFlags.Linear);
        using var source = new HeldFrames(new byte[3], 1, 1, 1);
        using var converter = new FrameConverter(height, width, FrameResize.Squash, applyRotation: false);
        var actual = new byte[height * width * 3];
        converter.Convert(source, image, actual);
        CollectionAssert.AreEqual(Bytes(expected), actual);
    }

    private static byte[] Resized(Mat image, Rect part, int height, int width, bool swap)
    {
        const byte Untouched = 0xA5;
        var pixels = new byte[height * width * 3 + 1];
        pixels[^1] = Untouched;
        AreaResize.Write(image, part, pixels, height, width, swap);
        Assert.AreEqual(Untouched, pixels[^1], "A byte was written beyond the image.");
        return pixels[..^1];
    }

    // By the definition, in double precision, a pixel at a time.
    private static double[] Averages(byte[] pixels, int sourceHeight, int sourceWidth, int height, int width)
    {
        var averages = new double[height * width * 3];
        double tall = (double)sourceHeight / height, wide = (double)sourceWidth / width;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                for (var row = (int)(y * tall); row < Math.Min(sourceHeight, (y + 1) * tall); row++)
                {
                    for (var column = (int)(x * wide); column < Math.Min(sourceWidth, (x + 1) * wide); column++)
                    {
                        var overlap = Overlap(row, y * tall, tall) * Overlap(column, x * wide, wide) / (tall * wide);
                        for (var channel = 0; channel < 3; channel++)
                            averages[(y * width + x) * 3 + channel] += overlap * pixels[(row * sourceWidth + column) * 3 + channel];
                    }
                }
            }
        }
        return averages;

        static double Overlap(int pixel, double start, double length) =>
            Math.Max(0, Math.Min(pixel + 1, start + length) - Math.Max(pixel, start));
    }

    private static Mat Noise(int height, int width)
    {
        var pixels = new byte[height * width * 3];
        new Random(height * width).NextBytes(pixels);
        using var held = Mat.FromPixelData(height, width, MatType.CV_8UC3, pixels);
        return held.Clone();
    }

    private static byte[] Bytes(Mat image)
    {
        using var whole = image.Clone();
        Assert.IsTrue(whole.GetArray(out Vec3b[] pixels));
        return MemoryMarshal.AsBytes(pixels.AsSpan()).ToArray();
    }
}
