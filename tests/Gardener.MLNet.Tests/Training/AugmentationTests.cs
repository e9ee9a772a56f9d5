using GardenerML.Training;
using GardenerML.Video;
using GardenerML.VideoMae;

namespace GardenerML.Tests.Training;

/// <summary>Each operation against its formula, worked out by hand or in another way.</summary>
[TestClass]
public sealed class AugmentationTests
{
    private static readonly byte[] Values = [0, 10, 100, 127, 128, 200, 255, 50, 60];

    [TestMethod]
    public void Tables_follow_their_formulas()
    {
        CollectionAssert.AreEqual(new byte[] { 255, 245, 155, 128, 127, 55, 0, 205, 195 }, Applied(FrameOperation.Invert));
        // 3 bits: multiples of 32.
        CollectionAssert.AreEqual(new byte[] { 0, 0, 96, 96, 128, 192, 224, 32, 32 }, Applied(FrameOperation.Posterize(3)));
        CollectionAssert.AreEqual(new byte[9], Applied(FrameOperation.Posterize(0)));
        CollectionAssert.AreEqual(new byte[] { 0, 10, 100, 127, 127, 55, 0, 50, 60 }, Applied(FrameOperation.Solarize(128)));
        CollectionAssert.AreEqual(Values, Applied(FrameOperation.Solarize(256)));
        CollectionAssert.AreEqual(new byte[] { 77, 87, 177, 204, 128, 200, 255, 127, 137 }, Applied(FrameOperation.SolarizeAdd(77)));
        CollectionAssert.AreEqual(new byte[] { 0, 15, 150, 190, 192, 255, 255, 75, 90 }, Applied(FrameOperation.Brightness(1.5)));
    }

    [TestMethod]
    public void Contrast_and_colour_go_away_from_grey()
    {
        // Grey of the pixels: 0.299 R + 0.587 G + 0.114 B = 17.27, 135.91, 112.44, rounded; their mean 88.3.
        CollectionAssert.AreEqual(
            Values.Select(value => (byte)Math.Clamp(88 + 0.5 * (value - 88), 0, 255)).ToArray(), Applied(FrameOperation.Contrast(0.5)));
        CollectionAssert.AreEqual(
            new byte[] { 17, 17, 17, 136, 136, 136, 112, 112, 112 }, Applied(FrameOperation.Color(0)));
        // 2 v - grey.
        CollectionAssert.AreEqual(new byte[] { 0, 3, 183, 118, 120, 255, 255, 0, 8 }, Applied(FrameOperation.Color(2)));
        foreach (var same in new[] { FrameOperation.Color(1), FrameOperation.Contrast(1), FrameOperation.Brightness(1), FrameOperation.Sharpness(1) })
            CollectionAssert.AreEqual(Values, Applied(same));
    }

    [TestMethod]
    public void Contrast_is_stretched_and_histograms_made_even_channel_by_channel()
    {
        // Red 0, 127, 255: stretched already; green 10, 128, 50 and blue 100, 200, 60 are not.
        CollectionAssert.AreEqual(
            new byte[] { 0, 0, 72, 127, 255, 255, 255, 86, 0 }, Applied(FrameOperation.AutoContrast));
        // 1024 pixels of four values, 256 each: step (1024 - 256) / 255 = 3, so 0, 85, 170.. by (1 + 256 k) / 3.
        var frame = new byte[32 * 32 * 3];
        for (var i = 0; i < frame.Length; i++)
            frame[i] = (byte)(10 + i / 3 % 4);
        FrameOperation.Equalize.Apply(frame, 32, 32);
        CollectionAssert.AreEqual(new byte[] { 0, 85, 171, 255 }, frame.Chunk(3).Take(4).Select(pixel => pixel[1]).ToArray());
        var flat = Enumerable.Repeat((byte)9, 48).ToArray();
        FrameOperation.Equalize.Apply(flat, 4, 4);
        FrameOperation.AutoContrast.Apply(flat, 4, 4);
        Assert.IsTrue(flat.All(value => value == 9));
    }

    [TestMethod]
    public void Sharpness_goes_away_from_a_smoothed_frame_and_leaves_the_border()
    {
        // One bright pixel in the middle of 5 x 5: smoothed to 5/13 there, 1/13 around.
        var frame = new byte[75];
        for (var c = 0; c < 3; c++)
            frame[(2 * 5 + 2) * 3 + c] = 130;
        var (smooth, sharp) = (frame.ToArray(), frame.ToArray());
        FrameOperation.Sharpness(0).Apply(smooth, 5, 5);
        FrameOperation.Sharpness(1.5).Apply(sharp, 5, 5);
        for (var y = 0; y < 5; y++)
        {
            for (var x = 0; x < 5; x++)
            {
                var inner = y is > 0 and < 4 && x is > 0 and < 4;
                var centre = y == 2 && x == 2;
                Assert.AreEqual(centre ? 50 : inner ? 10 : 0, smooth[(y * 5 + x) * 3]);
                Assert.AreEqual(centre ? 170 : 0, sharp[(y * 5 + x) * 3 + 2]);
            }
        }
    }

    [TestMethod]
    public void Frames_are_shifted_sheared_and_turned_the_way_they_say()
    {
        // Red is 10 x + y.
        byte[] Frame() => [.. Enumerable.Range(0, 100).SelectMany(i => new byte[] { (byte)(10 * (i % 10) + i / 10), 0, 0 })];
        Expect(FrameOperation.TranslateX(0.3), (x, y) => (x + 3, y));
        Expect(FrameOperation.TranslateY(-0.2), (x, y) => (x, y - 2));
        Expect(FrameOperation.ShearX(1), (x, y) => (x + y, y));
        Expect(FrameOperation.ShearY(-1), (x, y) => (x, y - x));
        Expect(FrameOperation.Rotate(90), (x, y) => (9 - y, x));
        Expect(FrameOperation.Rotate(-90), (x, y) => (y, 9 - x));

        void Expect(FrameOperation operation, Func<int, int, (int X, int Y)> source)
        {
            var frame = Frame();
            operation.Apply(frame, 10, 10);
            for (var y = 0; y < 10; y++)
            {
                for (var x = 0; x < 10; x++)
                {
                    var (sx, sy) = source(x, y);
                    var expected = sx is >= 0 and < 10 && sy is >= 0 and < 10 ? 10 * sx + sy : 128;
                    Assert.AreEqual(expected, frame[(y * 10 + x) * 3], $"{x}, {y}");
                }
            }
        }
    }

    [TestMethod]
    public void RandAugment_does_half_of_its_operations()
    {
        var random = new Random(1);
        var options = new ClipAugmentation { RandAugmentOperations = 4 };
        var counts = Enumerable.Range(0, 2000).Select(_ => RandAugment.Draw(options, random).Count()).ToArray();
        Assert.AreEqual(2, counts.Average(), 0.1);
        Assert.AreEqual(1 / 16.0, counts.Count(count => count == 4) / 2000.0, 0.02);
    }

    [TestMethod]
    public void A_crop_is_resized_and_a_mirrored_frame_runs_backwards()
    {
        using var frames = Gradient(2, 8, 8);
        ClipAugmenter.Crop(frames, new PixelBox(0, 0, 8, 8));
        using var before = Gradient(2, 8, 8);
        Assert.IsTrue(frames.Pixels.SequenceEqual(before.Pixels), "the whole frame");
        // Columns 4 to 7 of value 20 x, stretched to twice their width: 20 (4 + (x + 0.5) / 2 - 0.5).
        ClipAugmenter.Crop(frames, new PixelBox(0, 4, 8, 4));
        for (var x = 1; x < 7; x++)
            Assert.AreEqual(20 * (4 + (x + 0.5) / 2 - 0.5), frames.Frame(1)[x * 3], 1);
        ClipAugmenter.Mirror(before.Writable(0), 8);
        CollectionAssert.AreEqual(new[] { 140, 120, 100, 80, 60, 40, 20, 0 }, before.Frame(0).ToArray().Chunk(3).Skip(8).Take(8).Select(p => (int)p[1]).ToArray());
        Assert.AreEqual(20, before.Frame(1)[3], "the other frame");
    }

    [TestMethod]
    public void Boxes_keep_within_the_frame_area_and_ratio()
    {
        var random = new Random(1);
        var options = new ClipAugmentation { MinimumCropArea = 0.1, MaximumCropAspect = 2 };
        for (var i = 0; i < 500; i++)
        {
            var crop = RandomBox.Crop(options, 60, 60, random);
            Inside(crop);
            Assert.IsGreaterThan(0.09 * 3600, crop.Area);
            Assert.IsLessThan(2.2, Math.Max(crop.Width / (double)crop.Height, crop.Height / (double)crop.Width));
            var erased = RandomBox.Erasing(60, 60, random)!.Value;
            Inside(erased);
            Assert.IsTrue(erased.Area > 0.015 * 3600 && erased.Area < 0.35 * 3600);
        }

        static void Inside(PixelBox box) => Assert.IsTrue(
            box is { Top: >= 0, Left: >= 0, Height: > 0, Width: > 0 } && box.Top + box.Height <= 60 && box.Left + box.Width <= 60);
    }

    [TestMethod]
    public void All_frames_of_a_clip_are_treated_alike_and_the_clip_stays_as_it_is()
    {
        var options = ClipAugmentation.VideoMae with { Erasing = 0 };
        var augmenter = new ClipAugmenter(options, ChannelValues.ImageNetMean, ChannelValues.ImageNetStandardDeviation);
        using var clip = Gradient(6, 16, 16);
        using var before = Gradient(6, 16, 16);
        var different = 0;
        for (var i = 0; i < 20; i++)
        {
            using var sample = augmenter.Apply(clip, [0, 2, 4], new EpochSeed(1, 1).ForSample(3, i));
            using var again = augmenter.Apply(clip, [0, 2, 4], new EpochSeed(1, 1).ForSample(3, i));
            Assert.AreEqual(3, sample.FrameCount);
            Assert.IsTrue(sample.Frame(0).SequenceEqual(sample.Frame(2)));
            Assert.IsTrue(sample.Pixels.SequenceEqual(again.Pixels), "the same seed");
            different += sample.Frame(0).SequenceEqual(clip.Frame(0)) ? 0 : 1;
        }
        Assert.IsGreaterThan(15, different);
        Assert.IsTrue(clip.Pixels.SequenceEqual(before.Pixels));
    }

    [TestMethod]
    public void One_rectangle_of_all_frames_is_filled_with_noise()
    {
        var augmenter = new ClipAugmenter(new() { Erasing = 1 }, ChannelValues.All(0.5f), ChannelValues.All(0.2f));
        using var clip = new VideoFrames(3, 40, 40);
        clip.Buffer.AsSpan().Fill(1);
        using var sample = augmenter.Apply(clip, [0, 1, 2], new Random(5));
        var erased = Enumerable.Range(0, 3).Select(i => sample.Frame(i).ToArray().Chunk(3).Select(pixel => pixel.Any(value => value != 1)).ToArray()).ToArray();
        CollectionAssert.AreEqual(erased[0], erased[1]);
        CollectionAssert.AreEqual(erased[0], erased[2]);
        var share = erased[0].Count(pixel => pixel) / 1600.0;
        Assert.IsTrue(share is > 0.015 and < 0.35);
        Assert.IsFalse(sample.Frame(0).SequenceEqual(sample.Frame(1)), "the noise is another in each frame");
        var noise = sample.Frame(0).ToArray().Chunk(3).Where((_, i) => erased[0][i]).SelectMany(pixel => pixel).ToArray();
        Assert.AreEqual(127.5, noise.Average(value => (double)value), 10);
    }

    private static byte[] Applied(FrameOperation operation)
    {
        var frame = Values.ToArray();
        operation.Apply(frame, 1, 3);
        return frame;
    }

    // Every channel of every pixel is 20 times its column, modulo a byte.
    private static VideoFrames Gradient(int count, int height, int width)
    {
        var frames = new VideoFrames(count, height, width);
        for (var i = 0; i < count * height * width; i++)
            frames.Buffer.AsSpan(i * 3, 3).Fill((byte)(20 * (i % width)));
        return frames;
    }
}
