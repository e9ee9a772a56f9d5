using OpenCvSharp;

namespace GardenerML.Samples.Curriculum;

/// <summary>What compression leaves of frames, so that a model that learns from made frames knows those of files too.</summary>
internal static class JpegArtefacts
{
    /// <summary>Compresses each frame and puts what comes back in its place.</summary>
    /// <param name="clip">uint8 [frames, height, width, 3], red, green, blue.</param>
    /// <param name="imageSize">Height and width.</param>
    /// <param name="quality">1 to 100.</param>
    public static void AddTo(byte[] clip, int imageSize, int quality)
    {
        var length = 3 * imageSize * imageSize;
        for (var start = 0; start < clip.Length; start += length)
        {
            var pixels = clip.AsSpan(start, length);
            using var frame = new Mat(imageSize, imageSize, MatType.CV_8UC3);
            pixels.CopyTo(frame.AsSpan<byte>());
            Cv2.CvtColor(frame, frame, ColorConversionCodes.RGB2BGR);
            Cv2.ImEncode(".jpg", frame, out var compressed, new ImageEncodingParam(ImwriteFlags.JpegQuality, quality));
            using var back = Cv2.ImDecode(compressed, ImreadModes.Color);
            Cv2.CvtColor(back, back, ColorConversionCodes.BGR2RGB);
            back.AsSpan<byte>().CopyTo(pixels);
        }
    }
}
