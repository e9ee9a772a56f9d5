using System.Numerics;
using GardenerML.Samples.Motion;

namespace GardenerML.Samples.Curriculum;

/// <summary>A square image of red, green, blue in 0 .. 255 times opacity, then opacity in 0 .. 1.</summary>
internal sealed class ActionImage(int size)
{
    public int Size => size;

    public Vector4[] Pixels { get; } = new Vector4[size * size];

    /// <summary>
    /// Fills a frame with a window on this image, which repeats without end: bilinear interpolation between the centres
    /// of pixels.
    /// </summary>
    /// <param name="frame">[frameSize, frameSize].</param>
    /// <param name="frameSize">Height and width of the frame.</param>
    /// <param name="corner">Place in this image of the centre of the frame's first pixel, in pixels.</param>
    /// <param name="step">
    /// Way in this image from a pixel of the frame to the next of its row; to the next of its column it is the same way
    /// turned by a right angle. Shorter than this image.
    /// </param>
    public void FillWindow(Span<Vector4> frame, int frameSize, Vector2 corner, Vector2 step)
    {
        var pixels = Pixels;
        var last = size - 1;
        for (var y = 0; y < frameSize; y++)
        {
            var u = Around(corner.X - (y * step.Y) - 0.5f);
            var v = Around(corner.Y + (y * step.X) - 0.5f);
            foreach (ref var pixel in frame.Slice(y * frameSize, frameSize))
            {
                // Rounding may have brought a place onto the far edge itself.
                var (left, top) = (Math.Min((int)u, last), Math.Min((int)v, last));
                var right = left == last ? 0 : left + 1;
                var (row, rowBelow) = (top * size, top == last ? 0 : (top + 1) * size);
                pixel = Vector4.Lerp(
                    Vector4.Lerp(pixels[row + left], pixels[row + right], u - left),
                    Vector4.Lerp(pixels[rowBelow + left], pixels[rowBelow + right], u - left),
                    v - top);
                u = Next(u + step.X);
                v = Next(v + step.Y);
            }
        }
    }

    /// <summary>
    /// Draws this image turned and scaled over a frame. What reaches over one edge of the frame is drawn at the opposite
    /// edge.
    /// </summary>
    /// <param name="frame">[frameSize, frameSize].</param>
    /// <param name="frameSize">Height and width of the frame.</param>
    /// <param name="pose">Where.</param>
    /// <param name="opacity">0 .. 1, times the image's own.</param>
    public void DrawOver(Span<Vector4> frame, int frameSize, MotionPose pose, float opacity)
    {
        var radius = pose.Radius * frameSize;
        var (centreX, centreY) = ((pose.X * frameSize) - 0.5f, (pose.Y * frameSize) - 0.5f);
        var scale = (size - 2) / 2f / radius;
        var (sin, cos) = MathF.SinCos(pose.Angle);
        (sin, cos) = (scale * sin, scale * cos);
        var middle = (size - 1) / 2f;
        var (first, end) = ((int)MathF.Floor(centreX - radius - 1), (int)MathF.Ceiling(centreX + radius + 1));

        for (var y = (int)MathF.Floor(centreY - radius - 1); y <= centreY + radius + 1; y++)
        {
            var row = (((y % frameSize) + frameSize) % frameSize) * frameSize;
            // The object is turned clockwise, so the place in the image is turned back; y points down.
            var u = middle + (cos * (first - centreX)) + (sin * (y - centreY));
            var v = middle - (sin * (first - centreX)) + (cos * (y - centreY));
            for (var x = first; x <= end; x++, u += cos, v -= sin)
            {
                if (u < 0 || v < 0 || u >= size - 1 || v >= size - 1)
                    continue;
                var (left, top) = ((int)u, (int)v);
                var at = (top * size) + left;
                var colour = opacity * Vector4.Lerp(
                    Vector4.Lerp(Pixels[at], Pixels[at + 1], u - left),
                    Vector4.Lerp(Pixels[at + size], Pixels[at + size + 1], u - left),
                    v - top);
                ref var pixel = ref frame[row + (((x % frameSize) + frameSize) % frameSize)];
                pixel = colour + ((1 - colour.W) * pixel);
            }
        }
    }

    private float Around(float place) => place - (size * MathF.Floor(place / size));

    private float Next(float place) => place >= size ? place - size : place < 0 ? place + size : place;
}
