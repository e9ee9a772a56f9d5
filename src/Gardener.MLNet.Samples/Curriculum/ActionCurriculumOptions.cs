using GardenerML.Samples.Motion;

namespace GardenerML.Samples.Curriculum;

/// <summary>Which clips an <see cref="ActionCurriculum"/> draws. Two with equal options draw equal clips.</summary>
public sealed record ActionCurriculumOptions
{
    /// <summary>How far from 1 the sum of <see cref="Looks"/> may be: far less than one clip in a training.</summary>
    private const double SumTolerance = 1e-9;

    /// <summary>Decides every clip.</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// Shares of the difficulties, in the order of <see cref="MotionDifficulty"/>, throughout; none negative, their sum 1. Null for
    /// looks that become harder.
    /// </summary>
    public IReadOnlyList<double>? Looks { get; init; }

    /// <summary>
    /// Share of the clips, 0 to 1, that show a plain motion before a camera that stays instead of the class in turn: to turn one
    /// way or the other, to go left, right, up or down, to come nearer or go farther. What few clips show is never learnt.
    /// </summary>
    public double PlainShare { get; init; }

    /// <summary>
    /// Share of the plain motions, 0 to 1, that turn, half of them each way; the rest is shared equally by the other six.
    /// </summary>
    public double TurningShare { get; init; } = 0.25;

    /// <summary>
    /// Share of the clips, 0 to 1, whose frames are compressed as JPEG, as those of made video files are, with a quality of 60 to 95.
    /// </summary>
    public double CompressedShare { get; init; }

    internal static bool AreShares(IReadOnlyList<double> looks) =>
        looks.Count == Enum.GetValues<MotionDifficulty>().Length && looks.All(IsShare) && Math.Abs(looks.Sum() - 1) <= SumTolerance;

    internal static bool IsShare(double share) => share is >= 0 and <= 1;

    internal void Validate()
    {
        if (Looks is not null && !AreShares(Looks))
            throw new ArgumentException($"{nameof(Looks)} is {string.Join(", ", Looks)}; it must be four shares whose sum is 1.");
        ThrowIfNoShare(PlainShare, nameof(PlainShare));
        ThrowIfNoShare(TurningShare, nameof(TurningShare));
        ThrowIfNoShare(CompressedShare, nameof(CompressedShare));
    }

    private static void ThrowIfNoShare(double share, string name)
    {
        if (!IsShare(share))
            throw new ArgumentException($"{name} is {share}; it must be 0 to 1.");
    }
}
