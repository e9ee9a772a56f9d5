using System.Runtime.InteropServices;
using OpenCvSharp;

namespace GardenerML.Tests.Motion;

internal static class MotionFiles
{
    /// <summary>All frames of a file, uint8 [frames, height, width, 3], red, green, blue.</summary>
    public static byte[] Decode(string path)
    {
        using var video = new VideoCapture(path, VideoCaptureAPIs.FFMPEG);
        using var frame = new Mat();
        using var rgb = new Mat();
        var clip = new List<byte>();
        while (video.Read(frame))
        {
            Cv2.CvtColor(frame, rgb, ColorConversionCodes.BGR2RGB);
            Assert.IsTrue(rgb.GetArray(out Vec3b[] pixels));
            clip.AddRange(MemoryMarshal.AsBytes(pixels.AsSpan()));
        }
        return [.. clip];
    }
}
