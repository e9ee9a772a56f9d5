namespace GardenerML.Video;

/// <summary>How <see cref="Ucf101"/> divides the videos, and where it looks. Immutable.</summary>
public sealed record Ucf101Options
{
    /// <summary>
    /// The folder of <c>trainlist01.txt</c>, <c>testlist01.txt</c> and so on. By default the root, its subfolder
    /// <c>ucfTrainTestlist</c>, then the folder <c>ucfTrainTestlist</c> beside the root, if its lists name a class
    /// that the root has. Where there are no such lists, the videos are divided by <see cref="TestFraction"/>.
    /// </summary>
    public string? ListsFolder { get; init; }

    /// <summary>What happens to videos that a list names and the disk lacks.</summary>
    public MissingVideos MissingVideos { get; init; } = MissingVideos.Throw;

    /// <summary>
    /// The share of each class's training groups to hold out for validation, from 0 (none) to below 1.
    /// </summary>
    public double ValidationFraction { get; init; }

    /// <summary>
    /// The share of each class's groups to test with where there are no lists, above 0 and below 1. UCF101's own is 7
    /// of 25.
    /// </summary>
    public double TestFraction { get; init; } = 0.28;

    /// <summary>Says which groups are held out; the same seed holds out the same groups on every machine.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        if (!(ValidationFraction >= 0 && ValidationFraction < 1))
            throw new ArgumentOutOfRangeException(nameof(ValidationFraction), ValidationFraction,
                $"ValidationFraction is {ValidationFraction}; it must be from 0 to below 1.");
        if (!(TestFraction > 0 && TestFraction < 1))
            throw new ArgumentOutOfRangeException(nameof(TestFraction), TestFraction,
                $"TestFraction is {TestFraction}; it must be above 0 and below 1.");
        if (!Enum.IsDefined(MissingVideos))
            throw new ArgumentOutOfRangeException(nameof(MissingVideos), MissingVideos,
                $"MissingVideos is {MissingVideos}; it must be Throw, Skip or Keep.");
    }
}
