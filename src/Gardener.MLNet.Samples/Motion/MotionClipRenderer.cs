using System.Numerics;

namespace GardenerML.Samples.Motion;

/// <summary>
/// Renders clips of the made action data set in memory. Stateless, so one renderer serves any number of threads.
/// </summary>
public sealed class MotionClipRenderer
{
    /// <summary>Makes a renderer of square frames.</summary>
    /// <param name="imageSize">Frame height and width in pixels, even, 16 to 1,024.</param>
    /// <param name="frameCount">Frames of a clip, 2 to 10,000.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size or count outside its range, or an odd size.</exception>
    public MotionClipRenderer(int imageSize = 64, int frameCount = 16)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(imageSize, 16);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(imageSize, 1024);
        ArgumentOutOfRangeException.ThrowIfNotEqual(imageSize % 2, 0, nameof(imageSize));
        ArgumentOutOfRangeException.ThrowIfLessThan(frameCount, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(frameCount, 10_000);
        ImageSize = imageSize;
        FrameCount = frameCount;
    }

    /// <summary>Frame height and width in pixels.</summary>
    public int ImageSize { get; }

    /// <summary>Frames of a clip.</summary>
    public int FrameCount { get; }

    /// <summary>Bytes of a clip: frames x height x width x 3.</summary>
    public int ClipLength => checked(FrameCount * ImageSize * ImageSize * 3);

    /// <summary>
    /// Renders one clip. The seed alone decides the looks, the noise, the speeds and the first frame, which is therefore
    /// the same in all classes; the class decides the motion only.
    /// </summary>
    /// <param name="motion">What the object does.</param>
    /// <param name="difficulty">How the clip looks.</param>
    /// <param name="seed">Any number; the same arguments give the same bytes.</param>
    /// <returns>uint8 [frames, height, width, 3], red, green, blue.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An unknown class or difficulty.</exception>
    public byte[] Render(MotionClass motion, MotionDifficulty difficulty, ulong seed)
    {
        var clip = new byte[ClipLength];
        Render(motion, difficulty, seed, clip);
        return clip;
    }

    /// <summary>As <see cref="Render(MotionClass, MotionDifficulty, ulong)"/>, into memory of the caller's.</summary>
    /// <param name="motion">What the object does.</param>
    /// <param name="difficulty">How the clip looks.</param>
    /// <param name="seed">Any number; the same arguments give the same bytes.</param>
    /// <param name="clip">Receives uint8 [frames, height, width, 3]; exactly <see cref="ClipLength"/> long.</param>
    /// <exception cref="ArgumentOutOfRangeException">An unknown class or difficulty.</exception>
    /// <exception cref="ArgumentException"><paramref name="clip"/> is not <see cref="ClipLength"/> long.</exception>
    public void Render(MotionClass motion, MotionDifficulty difficulty, ulong seed, Span<byte> clip)
    {
        if (clip.Length != ClipLength)
            throw new ArgumentException($"The span holds {clip.Length} bytes; a clip has {ClipLength}.", nameof(clip));

        var random = new MotionRandom(seed);
        var scene = MotionScene.Draw(ImageSize, difficulty, ref random);
        var frameLength = clip.Length / FrameCount;
        var ground = new byte[frameLength];
        for (var i = 0; i < scene.Ground.Length; i++)
            Store(ground.AsSpan(3 * i), scene.Ground[i]);

        for (var t = 0; t < FrameCount; t++)
        {
            var frame = clip.Slice(t * frameLength, frameLength);
            ground.CopyTo(frame);
            DrawObject(frame, scene, scene.Start.After(t, motion, scene.Speed));
            AddNoise(frame, scene.NoiseAmplitude, ref random);
            if (scene.IsInverted)
                Invert(frame);
        }
    }

    /// <summary>
    /// Blends the object over the ground, each pixel the mean of 2 x 2 bilinear samples of the patch. What reaches over
    /// one edge of the frame is drawn at the opposite edge.
    /// </summary>
    private void DrawObject(Span<byte> frame, MotionScene scene, MotionPose pose)
    {
        var radius = pose.Radius * ImageSize;
        var (centreX, centreY) = (pose.X * ImageSize, pose.Y * ImageSize);
        var (sin, cos) = MathF.SinCos(pose.Angle);
        var scale = (scene.PatchSize - 2) / 2f / radius;
        var patchCentre = scene.PatchSize / 2f;

        for (var y = (int)MathF.Floor(centreY - radius - 1); y <= centreY + radius + 1; y++)
        {
            for (var x = (int)MathF.Floor(centreX - radius - 1); x <= centreX + radius + 1; x++)
            {
                var sum = Vector4.Zero;
                for (var sample = 0; sample < 4; sample++)
                {
                    var dx = (x + 0.25f + (0.5f * (sample & 1)) - centreX) * scale;
                    var dy = (y + 0.25f + (0.5f * (sample >> 1)) - centreY) * scale;
                    // The object is turned clockwise, so the place in the patch is turned back; y points down.
                    sum += Sample(scene, patchCentre + (cos * dx) + (sin * dy), patchCentre + (cos * dy) - (sin * dx));
                }
                if (sum.W == 0)
                    continue;
                sum *= 0.25f;
                var at = (Around(y) * ImageSize) + Around(x);
                Store(frame[(3 * at)..], sum.AsVector3() + ((1 - sum.W) * scene.Ground[at]));
            }
        }
    }

    /// <summary>Bilinear interpolation between the centres of the patch's pixels; clear outside.</summary>
    private static Vector4 Sample(MotionScene scene, float x, float y)
    {
        x -= 0.5f;
        y -= 0.5f;
        var last = scene.PatchSize - 1;
        if (x < 0 || y < 0 || x >= last || y >= last)
            return Vector4.Zero;
        var (column, row) = ((int)x, (int)y);
        var at = (row * scene.PatchSize) + column;
        var top = Vector4.Lerp(scene.Patch[at], scene.Patch[at + 1], x - column);
        at += scene.PatchSize;
        var bottom = Vector4.Lerp(scene.Patch[at], scene.Patch[at + 1], x - column);
        return Vector4.Lerp(top, bottom, y - row);
    }

    private int Around(int pixel) => ((pixel % ImageSize) + ImageSize) % ImageSize;

    private static void Store(Span<byte> pixel, Vector3 colour)
    {
        pixel[2] = (byte)Math.Clamp(colour.Z + 0.5f, 0, 255);
        pixel[1] = (byte)Math.Clamp(colour.Y + 0.5f, 0, 255);
        pixel[0] = (byte)Math.Clamp(colour.X + 0.5f, 0, 255);
    }

    /// <summary>Adds to each channel the sum of two uniform numbers, so of a triangular distribution about 0.</summary>
    private static void AddNoise(Span<byte> frame, int amplitude, ref MotionRandom random)
    {
        ulong bits = 0;
        for (var i = 0; i < frame.Length; i++)
        {
            bits = i % 4 == 0 ? random.NextBits() : bits >> 16;
            var sum = (int)(bits & 255) + (int)((bits >> 8) & 255) - 255;
            frame[i] = (byte)Math.Clamp(frame[i] + (((sum * amplitude) + 128) >> 8), 0, 255);
        }
    }

    private static void Invert(Span<byte> frame)
    {
        foreach (ref var value in frame)
            value = (byte)~value;
    }
}
