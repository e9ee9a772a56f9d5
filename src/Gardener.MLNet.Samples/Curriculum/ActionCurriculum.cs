using GardenerML.Samples.Motion;

namespace GardenerML.Samples.Curriculum;

/// <summary>
/// Which clips a training sees when: by default every class equally often, and looks that become harder. A small model that
/// begins with the hard looks stays at chance; one that has learnt motion from consistent contrast keeps it.
/// </summary>
/// <remarks>
/// Unless <see cref="ActionCurriculumOptions.Looks"/> says otherwise, the shares of the difficulties in the course of the training
/// are, with straight lines between:
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
    private const int LowestQuality = 60;
    private const int HighestQuality = 95;

    private static readonly (double Progress, IReadOnlyList<double> Shares)[] Harder =
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

    private static readonly int[] Turning = Plain(ObjectMotion.RotateClockwise, ObjectMotion.RotateAnticlockwise);

    private static readonly int[] NotTurning = Plain(
        ObjectMotion.MoveLeft, ObjectMotion.MoveRight, ObjectMotion.MoveUp, ObjectMotion.MoveDown, ObjectMotion.ZoomIn, ObjectMotion.ZoomOut);

    private readonly ActionCurriculumOptions _options;
    private readonly (double Progress, IReadOnlyList<double> Shares)[] _looks;

    /// <summary>Makes a curriculum. It holds nothing but its options, so it serves any number of threads.</summary>
    /// <param name="options">What it draws; null for the defaults.</param>
    /// <exception cref="ArgumentException">A share outside its range.</exception>
    public ActionCurriculum(ActionCurriculumOptions? options = null)
    {
        _options = options ?? new();
        _options.Validate();
        _looks = _options.Looks is { } looks ? [(0, [.. looks]), (1, [.. looks])] : Harder;
    }

    /// <summary>The shares of the difficulties, in the order of <see cref="MotionDifficulty"/>; their sum is 1.</summary>
    /// <param name="progress">Share of the training done, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A progress outside its range.</exception>
    public IReadOnlyList<double> Shares(double progress)
    {
        Check(progress);
        return [.. Enum.GetValues<MotionDifficulty>().Select(difficulty => Share(progress, difficulty))];
    }

    /// <summary>
    /// The clip at a place in the training. Each run of as many clips as there are classes, from a multiple of that
    /// number on, holds each class once, in an order of its own, but for those that show a plain motion instead.
    /// </summary>
    /// <param name="index">Clips before this one, not negative.</param>
    /// <param name="progress">Share of the training done, 0 to 1; it decides the difficulty only.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number outside its range.</exception>
    public ActionSample Draw(long index, double progress)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        Check(progress);
        var random = new MotionRandom(Mix(index, 1));
        var difficulty = DifficultyAt(progress, random.Uniform(0, 1));
        var seed = random.NextBits();
        var action = random.Uniform(0, 1) < (float)_options.PlainShare ? PlainClass(ref random) : ClassAt(index);
        var isCompressed = random.Uniform(0, 1) < (float)_options.CompressedShare;
        return new(action, difficulty, seed, isCompressed ? LowestQuality + random.Index(HighestQuality - LowestQuality + 1) : null);
    }

    private static int[] Plain(params ObjectMotion[] motions)
    {
        var classes = ActionClass.All.ToList();
        return [.. motions.Select(motion => classes.IndexOf(new(motion, CameraMotion.Still)))];
    }

    private int PlainClass(ref MotionRandom random)
    {
        var classes = random.Uniform(0, 1) < (float)_options.TurningShare ? Turning : NotTurning;
        return classes[random.Index(classes.Length)];
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

    private MotionDifficulty DifficultyAt(double progress, double chance)
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

    private double Share(double progress, MotionDifficulty difficulty)
    {
        var next = 1;
        while (_looks[next].Progress < progress)
            next++;
        var (before, after) = (_looks[next - 1], _looks[next]);
        var way = (progress - before.Progress) / (after.Progress - before.Progress);
        return double.Lerp(before.Shares[(int)difficulty], after.Shares[(int)difficulty], way);
    }

    private ulong Mix(long number, int use) => MotionRandom.Combine(_options.Seed, (int)number, (int)(number >> 32), use);

    private static void Check(double progress)
    {
        if (!(progress is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(progress), progress, "The progress must be 0 to 1.");
    }
}
