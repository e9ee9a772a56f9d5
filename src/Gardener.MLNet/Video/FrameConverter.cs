using OpenCvSharp;

namespace GardenerML.Video;

/// <summary>
/// Brings decoded frames to size, upright and into the order red, green, blue. Keeps its native buffers between frames.
/// </summary>
internal sealed unsafe class FrameConverter(int height, int width, FrameResize resize, bool applyRotation) : IDisposable
{
    private readonly Mat _resized = new();
    private readonly Mat _turned = new();

    /// <summary>Writes the frame that was grabbed.</summary>
    /// <param name="source">Has the frame.</param>
    /// <param name="frame">Its pixels: any size, 8 bits in 3 channels.</param>
    /// <param name="target">Gets height x width x 3 bytes.</param>
    /// <param name="crop">Which of the crops along the longer side, from 0 on; squashed frames have only one.</param>
    /// <param name="crops">How many there are; one is the middle.</param>
    public void Convert(FrameSource source, Mat frame, Span<byte> target, int crop = 0, int crops = 1)
    {
        RotateFlags? turn = !applyRotation ? null : source.Rotation switch
        {
            90 => RotateFlags.Rotate90Clockwise,
            180 => RotateFlags.Rotate180,
            270 => RotateFlags.Rotate90Counterclockwise,
            _ => null,
        };
        // The small frame is turned, not the large one.
        bool sideways = turn is RotateFlags.Rotate90Clockwise or RotateFlags.Rotate90Counterclockwise;
        var size = sideways ? new Size(height, width) : new Size(width, height);

        var part = resize == FrameResize.ShortSideCentreCrop
            ? Part(frame.Size(), size, crop, crops)
            : new Rect(0, 0, frame.Width, frame.Height);
        if (!AreaResize.Suits(part.Height, part.Width, size.Height, size.Width))
        {
            ConvertByOpenCv(frame, part, size, turn, source.IsRgb, target);
        }
        else if (turn is { } flag)
        {
            _resized.Create(size, MatType.CV_8UC3);
            var pixels = new Span<byte>((void*)_resized.Data, target.Length);
            AreaResize.Write(frame, part, pixels, size.Height, size.Width, swap: !source.IsRgb);
            fixed (byte* upright = target)
            {
                using var written = Mat.FromPixelData(height, width, MatType.CV_8UC3, (nint)upright);
                Cv2.Rotate(_resized, written, flag);
            }
        }
        else
        {
            AreaResize.Write(frame, part, target, height, width, swap: !source.IsRgb);
        }
    }

    public void Dispose()
    {
        _resized.Dispose();
        _turned.Dispose();
    }

    private void ConvertByOpenCv(Mat frame, Rect part, Size size, RotateFlags? turn, bool isRgb, Span<byte> target)
    {
        using var middle = new Mat(frame, part);
        var current = middle;
        if (part.Size != size)
        {
            bool shrinks = size.Width <= part.Width && size.Height <= part.Height;
            Cv2.Resize(current, _resized, size, 0, 0, shrinks ? InterpolationFlags.Area : InterpolationFlags.Linear);
            current = _resized;
        }
        if (turn is { } flag)
        {
            Cv2.Rotate(current, _turned, flag);
            current = _turned;
        }
        fixed (byte* pixels = target)
        {
            using var written = Mat.FromPixelData(height, width, MatType.CV_8UC3, (nint)pixels);
            if (isRgb)
                current.CopyTo(written);
            else
                Cv2.CvtColor(current, written, ColorConversionCodes.BGR2RGB);
        }
    }

    /// <summary>
    /// One of the largest parts of a frame with the aspect ratio of the target, spread evenly from one end of the
    /// frame's longer side to the other; the middle if there is only one.
    /// </summary>
    private static Rect Part(Size frame, Size target, int crop, int crops)
    {
        int width = (int)Math.Min(frame.Width, ((long)frame.Height * target.Width + target.Height / 2) / target.Height);
        int height = (int)Math.Min(frame.Height, ((long)frame.Width * target.Height + target.Width / 2) / target.Width);
        width = Math.Max(1, width);
        height = Math.Max(1, height);
        return new Rect(Start(frame.Width - width), Start(frame.Height - height), width, height);

        int Start(int spare) => crops == 1 ? spare / 2 : (int)((long)spare * crop / (crops - 1));
    }
}
