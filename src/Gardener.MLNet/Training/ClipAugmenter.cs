using System.Runtime.InteropServices;
using GardenerML.Video;
using GardenerML.VideoMae;
using OpenCvSharp;

namespace GardenerML.Training;

/// <summary>Makes a sample of a decoded clip: RandAugment, a random crop, mirroring, erasing. Safe to use from several threads.</summary>
/// <param name="options">What is done, and how often.</param>
/// <param name="mean">Mean of the model's pixels, for noise.</param>
/// <param name="deviation">Standard deviation of the model's pixels, for noise.</param>
internal sealed class ClipAugmenter(ClipAugmentation options, ChannelValues mean, ChannelValues deviation)
{
    /// <summary>Makes a sample; the clip stays as it is.</summary>
    /// <param name="clip">Decoded frames.</param>
    /// <param name="indices">Those that make the clip.</param>
    /// <param name="random">Where the random numbers come from.</param>
    /// <returns>The sample, the caller's to dispose.</returns>
    public VideoFrames Apply(VideoFrames clip, int[] indices, Random random)
    {
        var sample = new VideoFrames(indices.Length, clip.Height, clip.Width);
        for (var i = 0; i < indices.Length; i++)
            clip.Frame(indices[i]).CopyTo(sample.Writable(i));
        foreach (var operation in RandAugment.Draw(options, random))
            ForEachFrame(sample, frame => operation.Apply(frame, sample.Height, sample.Width));
        if (options.MinimumCropArea < 1)
            Crop(sample, RandomBox.Crop(options, sample.Height, sample.Width, random));
        if (random.NextDouble() < options.HorizontalFlip)
            ForEachFrame(sample, frame => Mirror(frame, sample.Width));
        if (random.NextDouble() < options.Erasing && RandomBox.Erasing(sample.Height, sample.Width, random) is { } box)
            ForEachFrame(sample, frame => Erase(frame, sample.Width, box, random));
        return sample;
    }

    private static void ForEachFrame(VideoFrames frames, FrameAction action)
    {
        for (var i = 0; i < frames.FrameCount; i++)
            action(frames.Writable(i));
    }

    private delegate void FrameAction(Span<byte> frame);

    /// <summary>Resizes a part of each frame to the whole frame, bilinearly.</summary>
    internal static void Crop(VideoFrames frames, PixelBox box)
    {
        using var resized = new Mat(frames.Height, frames.Width, MatType.CV_8UC3);
        var handle = GCHandle.Alloc(frames.Buffer, GCHandleType.Pinned);
        try
        {
            for (var i = 0; i < frames.FrameCount; i++)
            {
                using var frame = Mat.FromPixelData(
                    frames.Height, frames.Width, MatType.CV_8UC3, handle.AddrOfPinnedObject() + i * frames.FrameLength);
                using var part = new Mat(frame, new Rect(box.Left, box.Top, box.Width, box.Height));
                Cv2.Resize(part, resized, new Size(frames.Width, frames.Height), interpolation: InterpolationFlags.Linear);
                resized.CopyTo(frame);
            }
        }
        finally
        {
            handle.Free();
        }
    }

    /// <summary>Exchanges left and right.</summary>
    internal static void Mirror(Span<byte> frame, int width)
    {
        var pixels = MemoryMarshal.Cast<byte, Rgb>(frame);
        for (var row = 0; row < pixels.Length; row += width)
            pixels.Slice(row, width).Reverse();
    }

    // Standard normal noise where the model sees it, so mean and deviation of the model's pixels here, cut off at black and white.
    private void Erase(Span<byte> frame, int width, PixelBox box, Random random)
    {
        for (var row = box.Top; row < box.Top + box.Height; row++)
        {
            foreach (ref var pixel in MemoryMarshal.Cast<byte, Rgb>(frame).Slice(row * width + box.Left, box.Width))
                pixel = new Rgb(Noise(mean.Red, deviation.Red), Noise(mean.Green, deviation.Green), Noise(mean.Blue, deviation.Blue));
        }

        byte Noise(float centre, float spread) =>
            (byte)Math.Clamp(Math.Round(255 * (centre + spread * BetaDistribution.Normal(random))), 0, 255);
    }

    private readonly record struct Rgb(byte Red, byte Green, byte Blue);
}
