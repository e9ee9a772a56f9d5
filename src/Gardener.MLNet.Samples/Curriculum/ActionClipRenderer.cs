using System.Collections.Concurrent;
using System.Numerics;
using GardenerML.Samples.Motion;

namespace GardenerML.Samples.Curriculum;

/// <summary>
/// Renders clips for labelled pretraining in memory: a textured object that moves over a textured ground, before a camera
/// that may move too, in the classes of <see cref="ActionClass.All"/>. One renderer serves any number of threads.
/// </summary>
/// <remarks>
/// The seed alone decides shape, textures, colours, other objects that lie on the ground, focus, noise, speeds and the
/// first frame, which is therefore the same in all classes; the class decides the motion only. An object that leaves the
/// frame comes back at the opposite edge, and one that has become too near (far) starts again far (near).
/// </remarks>
public sealed class ActionClipRenderer
{
    private readonly ConcurrentBag<Workspace> _workspaces = [];

    /// <summary>Makes a renderer of square frames.</summary>
    /// <param name="imageSize">Frame height and width in pixels, 16 to 256.</param>
    /// <param name="frameCount">Frames of a clip, 2 to 1,000.</param>
    /// <param name="frameStep">
    /// Every how many frames one is rendered, 1 to 4: 8 frames at every 2nd show what 16 at every frame show.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A number outside its range.</exception>
    public ActionClipRenderer(int imageSize = 64, int frameCount = 16, int frameStep = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(imageSize, 16);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(imageSize, 256);
        ArgumentOutOfRangeException.ThrowIfLessThan(frameCount, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(frameCount, 1000);
        ArgumentOutOfRangeException.ThrowIfLessThan(frameStep, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(frameStep, 4);
        ImageSize = imageSize;
        FrameCount = frameCount;
        FrameStep = frameStep;
    }

    /// <summary>Frame height and width in pixels.</summary>
    public int ImageSize { get; }

    /// <summary>Frames of a clip.</summary>
    public int FrameCount { get; }

    /// <summary>Every how many frames one is rendered.</summary>
    public int FrameStep { get; }

    /// <summary>Bytes of a clip: frames x height x width x 3.</summary>
    public int ClipLength => FrameCount * ImageSize * ImageSize * 3;

    /// <summary>Renders one clip.</summary>
    /// <param name="classIndex">The class: a place in <see cref="ActionClass.All"/>.</param>
    /// <param name="difficulty">How the clip looks.</param>
    /// <param name="seed">Any number; the same arguments give the same bytes.</param>
    /// <param name="clip">
    /// Receives uint8 [frames, height, width, 3], red, green, blue; exactly <see cref="ClipLength"/> long.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">An unknown class or difficulty.</exception>
    /// <exception cref="ArgumentException"><paramref name="clip"/> is not <see cref="ClipLength"/> long.</exception>
    public void Render(int classIndex, MotionDifficulty difficulty, ulong seed, Span<byte> clip)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(classIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(classIndex, ActionClass.All.Count);
        if (clip.Length != ClipLength)
            throw new ArgumentException($"The span holds {clip.Length} bytes; a clip has {ClipLength}.", nameof(clip));

        if (!_workspaces.TryTake(out var workspace))
            workspace = new(ImageSize);
        try
        {
            Render(ActionClass.All[classIndex], difficulty, seed, clip, workspace);
        }
        finally
        {
            _workspaces.Add(workspace);
        }
    }

    private void Render(ActionClass action, MotionDifficulty difficulty, ulong seed, Span<byte> clip, Workspace workspace)
    {
        var random = new MotionRandom(seed);
        var (scene, ground, frame) = (workspace.Scene, workspace.Ground, workspace.Frame);
        scene.Draw(difficulty, ref random);
        for (var t = 0; t < FrameCount; t++)
        {
            var time = t * FrameStep;
            var thing = ActionOffset.Of(action.Object, scene.Pace, time, FrameCount * FrameStep);
            var view = ActionOffset.Of(action.Camera, scene.Pace, time);
            if (t == 0 || action.Camera != CameraMotion.Still)
                DrawGround(scene, view, ground);
            ground.CopyTo(frame, 0);
            scene.Patch.DrawOver(frame, ImageSize, Pose(scene.Start, thing, view), 1 - thing.Faintness);
            Store(frame, scene.NoiseAmplitude, clip.Slice(t * 3 * frame.Length, 3 * frame.Length), ref random);
        }
    }

    private void DrawGround(ActionScene scene, ActionOffset view, Vector4[] ground)
    {
        // The view is turned and grown about the object's first place, so the place in the ground is turned back and shrunk.
        var (sin, cos) = MathF.SinCos(scene.GroundAngle + view.Angle);
        var step = scene.GroundScale * MathF.Exp(-view.LogGrowth) * new Vector2(cos, -sin);
        var pivot = ImageSize * new Vector2(scene.Start.X + view.X, scene.Start.Y + view.Y);
        var fromPivot = new Vector2(0.5f) - pivot;
        var corner = scene.GroundStart + (fromPivot.X * step) + (fromPivot.Y * new Vector2(-step.Y, step.X));
        scene.Ground.FillWindow(ground, ImageSize, corner, step);
    }

    /// <summary>Only the object's own growth runs round: before a zooming camera it grows as the ground does.</summary>
    private static MotionPose Pose(MotionPose start, ActionOffset thing, ActionOffset view) => new(
        Around(start.X + thing.X + view.X),
        Around(start.Y + thing.Y + view.Y),
        start.Grown(thing.LogGrowth) * MathF.Exp(view.LogGrowth),
        start.Angle + thing.Angle + view.Angle);

    private static float Around(float value) => value - MathF.Floor(value);

    /// <summary>Adds to each channel the sum of two uniform numbers, so of a triangular distribution about 0.</summary>
    private static void Store(ReadOnlySpan<Vector4> frame, float amplitude, Span<byte> bytes, ref MotionRandom random)
    {
        var scale = amplitude / 255;
        for (var i = 0; i < frame.Length; i++)
        {
            var bits = random.NextBits();
            var pixel = bytes.Slice(3 * i, 3);
            pixel[0] = Byte(frame[i].X, (int)(bits & 255) + (int)((bits >> 8) & 255), scale);
            pixel[1] = Byte(frame[i].Y, (int)((bits >> 16) & 255) + (int)((bits >> 24) & 255), scale);
            pixel[2] = Byte(frame[i].Z, (int)((bits >> 32) & 255) + (int)((bits >> 40) & 255), scale);
        }
    }

    private static byte Byte(float value, int noise, float scale) =>
        (byte)Math.Clamp((int)(value + ((noise - 255) * scale) + 0.5f), 0, 255);

    private sealed class Workspace(int imageSize)
    {
        public ActionScene Scene { get; } = new(imageSize);

        public Vector4[] Ground { get; } = new Vector4[imageSize * imageSize];

        public Vector4[] Frame { get; } = new Vector4[imageSize * imageSize];
    }
}
