using GardenerML.Samples.Motion;

namespace GardenerML.Tests.Motion;

/// <summary>No single frame, even with its place in the clip known, gives the class away.</summary>
[TestClass]
public sealed class MotionLeakTests
{
    private const int Size = 32;
    private const int Frames = 16;
    private const int ClipsPerClass = 200;

    [TestMethod]
    [DataRow(0)]
    [DataRow(Frames / 2)]
    [DataRow(Frames - 1)]
    public void Place_and_size_of_the_object_have_the_same_distribution_in_all_classes(int t)
    {
        var renderer = new MotionClipRenderer(Size, Frames);
        var classes = Enumerable.Range(0, 8).Select(motion => Enumerable.Range(0, ClipsPerClass)
            .Select(i => Statistics(Frame(renderer, motion, i, t))).ToArray()).ToArray();

        foreach (var statistic in classes[0][0].Keys)
        {
            for (var a = 0; a < classes.Length; a++)
            {
                for (var b = 0; b < a; b++)
                {
                    var distance = KolmogorovSmirnov(
                        [.. classes[a].Select(s => s[statistic])], [.. classes[b].Select(s => s[statistic])]);
                    // Two equal distributions exceed 2.2 * sqrt(2 / n) once in 8,000; a class that starts on one side of
                    // the frame is at 0.5 and beyond.
                    var most = 2.2 * Math.Sqrt(2.0 / ClipsPerClass);
                    Assert.IsLessThan(most, distance, $"{statistic}: {(MotionClass)a}, {(MotionClass)b}");
                }
            }
        }
    }

    [TestMethod]
    public void A_nearest_mean_classifier_of_a_single_frame_stays_at_chance()
    {
        // Three clips in four make the means of all pixels of the last frame, a class each; the others are classified.
        var renderer = new MotionClipRenderer(Size, Frames);
        var means = new double[8][];
        for (var motion = 0; motion < 8; motion++)
        {
            means[motion] = new double[Size * Size];
            for (var i = 0; i < ClipsPerClass * 3 / 4; i++)
            {
                var frame = Frame(renderer, motion, i, Frames - 1);
                for (var p = 0; p < frame.Length; p++)
                    means[motion][p] += frame[p] / (ClipsPerClass * 3 / 4);
            }
        }
        var right = 0;
        var total = 0;
        for (var motion = 0; motion < 8; motion++)
        {
            for (var i = ClipsPerClass * 3 / 4; i < ClipsPerClass; i++, total++)
            {
                var frame = Frame(renderer, motion, i, Frames - 1);
                var nearest = Enumerable.Range(0, 8).MinBy(c => means[c].Zip(frame, (m, f) => (m - f) * (m - f)).Sum());
                right += nearest == motion ? 1 : 0;
            }
        }
        // Chance is 50 of 400 with a standard deviation of 6.6.
        Assert.IsTrue(right is > 20 and < 80, $"{right} of {total} right.");
    }

    /// <summary>Clips of different classes have different seeds here, so that their looks are independent.</summary>
    private static float[] Frame(MotionClipRenderer renderer, int motion, int i, int t) => MotionMeasures.Luminance(
        renderer.Render((MotionClass)motion, MotionDifficulty.Consistent, (ulong)((1000 * motion) + i)), Size, t);

    private static Dictionary<string, double> Statistics(float[] frame)
    {
        var (x, y) = MotionMeasures.Centroid(frame, Size);
        return new() { ["x"] = x, ["y"] = y, ["area"] = MotionMeasures.Area(frame), ["mean"] = frame.Average() };
    }

    private static double KolmogorovSmirnov(double[] first, double[] second) => first.Concat(second).Max(value =>
        Math.Abs(first.Count(v => v <= value) - second.Count(v => v <= value)) / (double)first.Length);
}
