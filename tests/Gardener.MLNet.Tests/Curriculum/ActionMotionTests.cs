using GardenerML.Samples.Curriculum;
using GardenerML.Samples.Motion;
using GardenerML.Tests.Motion;

namespace GardenerML.Tests.Curriculum;

/// <summary>What moves, and how, measured in the rendered frames.</summary>
[TestClass]
public sealed class ActionMotionTests
{
    private const int Size = 64;
    private const int Frames = 16;
    private const int Seeds = 24;

    private static readonly ActionClipRenderer Renderer = new(Size, Frames);

    [TestMethod]
    [DataRow(ObjectMotion.MoveRight, 1, 0)]
    [DataRow(ObjectMotion.MoveDownRight, 1, 1)]
    [DataRow(ObjectMotion.MoveDown, 0, 1)]
    [DataRow(ObjectMotion.MoveDownLeft, -1, 1)]
    [DataRow(ObjectMotion.MoveLeft, -1, 0)]
    [DataRow(ObjectMotion.MoveUpLeft, -1, -1)]
    [DataRow(ObjectMotion.MoveUp, 0, -1)]
    [DataRow(ObjectMotion.MoveUpRight, 1, -1)]
    [DataRow(ObjectMotion.RollRight, 1, 0)]
    [DataRow(ObjectMotion.RollLeft, -1, 0)]
    [DataRow(ObjectMotion.Still, 0, 0)]
    public void The_object_goes_where_the_class_says(ObjectMotion motion, int right, int down)
    {
        var shifts = BrightObjects(motion).Select(frames => MotionMeasures.Shift(frames, Size)).ToArray();
        var length = Math.Max(1, Math.Sqrt((right * right) + (down * down)));
        foreach (var (x, y) in shifts)
        {
            var speed = Math.Sqrt((x * x) + (y * y));
            Assert.AreEqual(right / length * speed, x, 0.5);
            Assert.AreEqual(down / length * speed, y, 0.5);
            // 0.02 x 0.7 and 0.04 x 1.2 image sides a frame at the least and the most.
            var (least, most) = motion == ObjectMotion.Still ? (0, 0) : (0.014 * Size, 0.048 * Size);
            Assert.IsTrue(speed > least - 0.4 && speed < most + 0.4, $"{speed} pixels a frame.");
        }
    }

    [TestMethod]
    [DataRow(ObjectMotion.RotateClockwise, 1)]
    [DataRow(ObjectMotion.RollRight, 1)]
    [DataRow(ObjectMotion.RotateAnticlockwise, -1)]
    [DataRow(ObjectMotion.RollLeft, -1)]
    [DataRow(ObjectMotion.MoveRight, 0)]
    public void The_object_turns_as_the_class_says(ObjectMotion motion, int clockwise)
    {
        var turn = Median(BrightObjects(motion).Select(frames => MotionMeasures.Turn(frames, Size)));
        Assert.AreEqual(7.6 * clockwise, turn, 3);
    }

    [TestMethod]
    [DataRow(ObjectMotion.ZoomIn, 1)]
    [DataRow(ObjectMotion.ZoomOut, -1)]
    [DataRow(ObjectMotion.Still, 0)]
    public void The_object_grows_as_the_class_says(ObjectMotion motion, int sign)
    {
        // The area grows twice as fast as the radius.
        var growth = Median(BrightObjects(motion).Select(frames => Math.Log(MotionMeasures.Growth(frames))));
        Assert.AreEqual(2 * 0.043 * sign, growth, 0.03);
    }

    [TestMethod]
    [DataRow(ObjectMotion.CircleClockwise, 1)]
    [DataRow(ObjectMotion.CircleAnticlockwise, -1)]
    public void The_object_circles_as_the_class_says(ObjectMotion motion, int clockwise)
    {
        foreach (var frames in BrightObjects(motion))
        {
            // On a circle every step is turned against the one before to the same side.
            var steps = Steps(frames);
            var turns = steps.Zip(steps.Skip(1), (a, b) => clockwise * ((a.X * b.Y) - (a.Y * b.X)));
            Assert.IsGreaterThan(0.5, Median(turns));
        }
    }

    [TestMethod]
    public void The_object_sways_along_one_axis_and_comes_back()
    {
        foreach (var (sway, bob) in BrightObjects(ObjectMotion.Sway).Zip(BrightObjects(ObjectMotion.Bob)))
        {
            Assert.IsTrue(Reverses(Steps(sway).Select(s => s.X)) && Steps(sway).All(s => Math.Abs(s.Y) < 1.5));
            Assert.IsTrue(Reverses(Steps(bob).Select(s => s.Y)) && Steps(bob).All(s => Math.Abs(s.X) < 1.5));
        }

        static bool Reverses(IEnumerable<double> steps) => steps.Any(s => s > 1) && steps.Any(s => s < -1);
    }

    [TestMethod]
    public void The_object_stops_or_starts_in_the_middle()
    {
        foreach (var (stops, starts) in BrightObjects(ObjectMotion.MoveThenStop).Zip(BrightObjects(ObjectMotion.StopThenMove)))
        {
            var (first, second) = (Steps(stops).Select(Length).ToArray(), Steps(starts).Select(Length).ToArray());
            Assert.IsTrue(Median(first.Take(5)) > 0.5 && Median(first.TakeLast(5)) < 0.3, string.Join(' ', first));
            Assert.IsTrue(Median(second.Take(5)) < 0.3 && Median(second.TakeLast(5)) > 0.5, string.Join(' ', second));
        }

        static double Length((double X, double Y) step) => Math.Sqrt((step.X * step.X) + (step.Y * step.Y));
    }

    [TestMethod]
    [DataRow("Still", 0, 0, 0, 0)]
    [DataRow("CameraPanLeft", 1, 0, 0, 0)]
    [DataRow("CameraPanRight", -1, 0, 0, 0)]
    [DataRow("CameraPanUp", 0, 1, 0, 0)]
    [DataRow("CameraPanDown", 0, -1, 0, 0)]
    [DataRow("CameraZoomIn", 0, 0, 1, 0)]
    [DataRow("CameraZoomOut", 0, 0, -1, 0)]
    [DataRow("CameraRollClockwise", 0, 0, 0, -1)]
    [DataRow("CameraRollAnticlockwise", 0, 0, 0, 1)]
    [DataRow("MoveRight+CameraPanRight", -1, 0, 0, 0)]
    [DataRow("MoveLeft+CameraZoomIn", 0, 0, 1, 0)]
    public void The_scene_moves_against_the_camera(string name, int right, int down, int growth, int clockwise)
    {
        var fiveSteps = 6 * Size * Size * 3;
        var flows = Enumerable.Range(0, Seeds)
            .Select(seed => SceneFlow.Measure(Clip(name, MotionDifficulty.Hard, seed)[..fiveSteps], Size))
            .ToArray();
        var (x, y) = (Median(flows.Select(f => f.X)), Median(flows.Select(f => f.Y)));
        if (growth == 0 && clockwise == 0)
        {
            // Turning and growing are about the object, which is anywhere; so they shift the middle too.
            Assert.AreEqual(0.028 * Size * right, x, 0.7);
            Assert.AreEqual(0.028 * Size * down, y, 0.7);
        }
        Assert.AreEqual(0.5 * 0.043 * growth, Median(flows.Select(f => f.Growth)), 0.01);
        Assert.AreEqual(0.5 * 7.6 * Math.PI / 180 * clockwise, Median(flows.Select(f => f.Turn)), 0.025);
    }

    /// <summary>
    /// Luminance of the frames of clips in which nothing is bright but the object: nothing is left in the last frame of
    /// the clip of the same seed in which it vanishes.
    /// </summary>
    private static float[][][] BrightObjects(ObjectMotion motion)
    {
        var clips = new List<float[][]>();
        for (var seed = 0; seed < Seeds; seed++)
        {
            var vanished = Clip(nameof(ObjectMotion.Vanish), MotionDifficulty.Consistent, seed)[^(Size * Size * 3)..];
            if (MotionMeasures.Area(MotionMeasures.Luminance(vanished, Size, 0)) > 0)
                continue;
            var clip = Clip($"{motion}", MotionDifficulty.Consistent, seed);
            clips.Add([.. Enumerable.Range(0, Frames).Select(t => MotionMeasures.Luminance(clip, Size, t))]);
        }
        Assert.IsGreaterThanOrEqualTo(Seeds / 3, clips.Count);
        return [.. clips];
    }

    private static byte[] Clip(string name, MotionDifficulty difficulty, int seed)
    {
        var clip = new byte[Renderer.ClipLength];
        Renderer.Render(ActionClass.All.Index().Single(c => c.Item.Name == name).Index, difficulty, (ulong)seed, clip);
        return clip;
    }

    private static (double X, double Y)[] Steps(float[][] frames) =>
        [.. frames.Zip(frames.Skip(1), (before, after) => MotionMeasures.Shift([before, after], Size))];

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
