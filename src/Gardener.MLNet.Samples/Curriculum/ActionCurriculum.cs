using GardenerML.Samples.Motion;

namespace GardenerML.Samples.Curriculum;

/// <summary>
/// Which clips a training sees when: every class equally often, and looks that become harder. A small model that begins
/// with the hard looks stays at chance; one that has learnt motion from consistent contrast keeps it.
/// </summary>
/// <remarks>
/// Shares of the difficulties in the course of the training, straight lines between:
/// <code>
/// progress          0 .. 0.20   0.30 .. 0.40   0.50 .. 0.60   0.70    1
/// Consistent              1           0.2            0.1      0.05    0.05
/// Inverted                            0.8            0.2      0.10    0.05
/// AnyColour                                          0.7      0.25    0.15
/// Hard                                                        0.60    0.75
/// </code>
/// A caller that wants to stay with a stage until the model has learnt it holds the progress back.
/// </remarks>
public sealed class ActionCurriculum
{
    private static readonly (double Progress, double[] Shares)[] Stages =
    [
        (0.00, [1, 0, 0, 0]),
        (0.20, [1, 0, 0, 0]),
        (0.30, [0.2, 0.8, 0, 0]),
        (0.40, [0.2, 0.8, 0, 0]),
        (0.50, [0.1, 0.2, 0.7, 0]),
        (0.60, [0.1, 0.2, 0.7, 0]),
        (0.70, [0.05, 0.1, 0.25, 0.6]),
        (1.00, [0.05, 0.05, 0.15, 0.75]),
    ];

    private readonly ulong _seed;

    /// <summary>Makes a curriculum. It holds nothing but its seed, so it serves any number of threads.</summary>
    /// <param name="seed">Any number; the same seed gives the same clips.</param>
    public ActionCurriculum(ulong seed = 0) => _seed = seed;

    /// <summary>The shares of the difficulties, in the order of <see cref="MotionDifficulty"/>; their sum is 1.</summary>
    /// <param name="progress">Share of the training done, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A progress outside its range.</exception>
    public static IReadOnlyList<double> Shares(double progress)
    {
        Check(progress);
        return [.. Enum.GetValues<MotionDifficulty>().Select(difficulty => Share(progress, difficulty))];
    }

    /// <summary>
    /// The clip at a place in the training. Each run of as many clips as there are classes, from a multiple of that
    /// number on, holds each class once, in an order of its own.
    /// </summary>
    /// <param name="index">Clips before this one, not negative.</param>
    /// <param name="progress">Share of the training done, 0 to 1; it decides the difficulty only.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number outside its range.</exception>
    public ActionSample Draw(long index, double progress)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        Check(progress);
        var random = new MotionRandom(Mix(index, 1));
        return new(ClassAt(index), DifficultyAt(progress, random.Uniform(0, 1)), random.NextBits());
    }

    private int ClassAt(long index)
    {
        var (round, place) = Math.DivRem(index, ActionClass.All.Count);
        Span<int> order = stackalloc int[ActionClass.All.Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        var random = new MotionRandom(Mix(round, 2));
        for (var i = order.Length - 1; i > 0; i--)
        {
            var other = random.Index(i + 1);
            (order[i], order[other]) = (order[other], order[i]);
        }
        return order[(int)place];
    }

    private static MotionDifficulty DifficultyAt(double progress, double chance)
    {
        for (var difficulty = MotionDifficulty.Consistent; difficulty < MotionDifficulty.Hard; difficulty++)
        {
            chance -= Share(progress, difficulty);
            if (chance < 0)
                return difficulty;
        }
        // Before the hard looks have a share, only rounding leads here.
        return Share(progress, MotionDifficulty.Hard) > 0 ? MotionDifficulty.Hard : MotionDifficulty.Consistent;
    }

    private static double Share(double progress, MotionDifficulty difficulty)
    {
        var next = 1;
        while (Stages[next].Progress < progress)
            next++;
        var (before, after) = (Stages[next - 1], Stages[next]);
        var way = (progress - before.Progress) / (after.Progress - before.Progress);
        return double.Lerp(before.Shares[(int)difficulty], after.Shares[(int)difficulty], way);
    }

    private ulong Mix(long number, int use) => MotionRandom.Combine(_seed, (int)number, (int)(number >> 32), use);

    private static void Check(double progress)
    {
        if (!(progress is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(progress), progress, "The progress must be 0 to 1.");
    }
}
