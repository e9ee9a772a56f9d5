using System.Runtime.InteropServices;
using GardenerML.Video;
using SkiaSharp;

namespace GardenerML.Reporting;

/// <summary>Frames as small pictures.</summary>
internal static class Thumbnail
{
    private const int LongestSide = 160, Quality = 80;

    /// <summary>A frame as a JPEG file, scaled down where it is large.</summary>
    public static byte[] Encode(VideoFrames frames, int index)
    {
        var pixels = new byte[frames.Width * frames.Height * 4];
        var source = frames.Frame(index);
        for (int from = 0, to = 0; from < source.Length; from += 3, to += 4)
        {
            source.Slice(from, 3).CopyTo(pixels.AsSpan(to));
            pixels[to + 3] = byte.MaxValue;
        }
        using var bitmap = new SKBitmap(new SKImageInfo(frames.Width, frames.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        Marshal.Copy(pixels, 0, bitmap.GetPixels(), pixels.Length);
        var scale = Math.Min(1, LongestSide / (double)Math.Max(frames.Width, frames.Height));
        using var small = bitmap.Resize(
            new SKSizeI(Math.Max(1, (int)(frames.Width * scale)), Math.Max(1, (int)(frames.Height * scale))),
            new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using var encoded = small.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return encoded.ToArray();
    }
}
