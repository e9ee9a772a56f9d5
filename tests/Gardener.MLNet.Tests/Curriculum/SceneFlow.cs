using GardenerML.Tests.Motion;

namespace GardenerML.Tests.Curriculum;

/// <summary>
/// Motion of a whole scene, measured in its frames by least squares: the brightness constancy of Lucas and Kanade (1981)
/// with a flow u = x + growth * px - turn * py, v = y + turn * px + growth * py about the middle of the frame, refined by
/// warping the later frame back.
/// </summary>
/// <param name="X">Pixels a frame, to the right.</param>
/// <param name="Y">Pixels a frame, down.</param>
/// <param name="Growth">Growth a frame, less 1.</param>
/// <param name="Turn">Radians a frame, clockwise.</param>
internal readonly record struct SceneFlow(double X, double Y, double Growth, double Turn)
{
    private const int Margin = 8;
    private const int Rounds = 8;

    /// <summary>Median over the pairs of frames that follow each other in uint8 [frames, size, size, 3].</summary>
    public static SceneFlow Measure(byte[] clip, int size)
    {
        var frames = Enumerable.Range(0, clip.Length / (size * size * 3)).Select(t => MotionMeasures.Luminance(clip, size, t)).ToArray();
        var flows = frames.Zip(frames.Skip(1), (before, after) => Between(before, after, size)).ToArray();
        return new(Median(f => f.X), Median(f => f.Y), Median(f => f.Growth), Median(f => f.Turn));

        double Median(Func<SceneFlow, double> part) => flows.Select(part).Order().ElementAt(flows.Length / 2);
    }

    private static SceneFlow Between(float[] before, float[] after, int size)
    {
        var flow = new double[4];
        for (var round = 0; round < Rounds; round++)
        {
            var system = new double[4, 5];
            for (var row = Margin; row < size - Margin; row++)
            {
                for (var column = Margin; column < size - Margin; column++)
                {
                    var (px, py) = (column - ((size - 1) / 2.0), row - ((size - 1) / 2.0));
                    var u = flow[0] + (flow[2] * px) - (flow[3] * py);
                    var v = flow[1] + (flow[3] * px) + (flow[2] * py);
                    var at = (row * size) + column;
                    var gx = (before[at + 1] - before[at - 1]) / 2;
                    var gy = (before[at + size] - before[at - size]) / 2;
                    var change = Sample(after, size, column + u, row + v) - before[at];
                    // What belongs to something else that moves counts little.
                    var weight = 1 / (1 + (change * change / 100));
                    Span<double> slope = [gx, gy, (gx * px) + (gy * py), (gy * px) - (gx * py), -change];
                    for (var i = 0; i < 4; i++)
                    {
                        for (var j = 0; j < 5; j++)
                            system[i, j] += weight * slope[i] * slope[j];
                    }
                }
            }
            Solve(system);
            for (var i = 0; i < 4; i++)
                flow[i] += system[i, 4];
        }
        return new(flow[0], flow[1], flow[2], flow[3]);
    }

    private static double Sample(float[] frame, int size, double x, double y)
    {
        (x, y) = (Math.Clamp(x, 0, size - 1.001), Math.Clamp(y, 0, size - 1.001));
        var at = ((int)y * size) + (int)x;
        return double.Lerp(
            double.Lerp(frame[at], frame[at + 1], x - (int)x),
            double.Lerp(frame[at + size], frame[at + size + 1], x - (int)x),
            y - (int)y);
    }

    /// <summary>Gauss and Jordan's elimination of a positive definite system; the solution is left in the last column.</summary>
    private static void Solve(double[,] system)
    {
        for (var i = 0; i < 4; i++)
        {
            var pivot = system[i, i] + 1e-9;
            for (var j = 0; j < 5; j++)
                system[i, j] /= pivot;
            for (var k = 0; k < 4; k++)
            {
                var factor = system[k, i];
                if (k == i)
                    continue;
                for (var j = 0; j < 5; j++)
                    system[k, j] -= factor * system[i, j];
            }
        }
    }
}
