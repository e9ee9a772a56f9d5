using System.Text.Json.Serialization;

namespace GardenerML.Samples.Motion;

/// <summary>What a made action data set holds. Two data sets with equal options hold equal clips.</summary>
public sealed record MotionDatasetOptions
{
    /// <summary>Decides every clip. The same numbers elsewhere and another seed: other clips throughout.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Groups a class, 2 to 99. A group's clips go to training or to test together; clips of the same group and number
    /// look alike in all classes.
    /// </summary>
    public int Groups { get; init; } = 25;

    /// <summary>Clips a group and class, 1 to 99.</summary>
    public int ClipsPerGroup { get; init; } = 8;

    /// <summary>Frame height and width in pixels, even, 16 to 1,024.</summary>
    public int ImageSize { get; init; } = 64;

    /// <summary>Frames of a clip, 2 to 10,000.</summary>
    public int FrameCount { get; init; } = 16;

    /// <summary>Frames a second as stated by the files, above 0, at most 240.</summary>
    public double FrameRate { get; init; } = 25;

    /// <summary>How the clips look.</summary>
    public MotionDifficulty Difficulty { get; init; } = MotionDifficulty.Consistent;

    /// <summary>Clips made at a time, at least 1; 0 for one a processor. Does not change the clips.</summary>
    [JsonIgnore]
    public int Threads { get; init; }

    /// <summary>
    /// Groups 1 to this number are the test set, as in UCF101: 7 of 25, or as near as the number of groups allows.
    /// </summary>
    [JsonIgnore]
    public int TestGroups => Math.Max(1, (int)Math.Round(Groups * 7 / 25.0));

    internal void Validate()
    {
        ThrowIfOutside(Groups, 2, 99, nameof(Groups));
        ThrowIfOutside(ClipsPerGroup, 1, 99, nameof(ClipsPerGroup));
        ThrowIfOutside(ImageSize, 16, 1024, nameof(ImageSize));
        ThrowIfOutside(FrameCount, 2, 10_000, nameof(FrameCount));
        ThrowIfOutside(Threads, 0, 1024, nameof(Threads));
        if (ImageSize % 2 != 0)
            throw new ArgumentException($"{nameof(ImageSize)} is {ImageSize}; it must be even.");
        if (!(FrameRate > 0 && FrameRate <= 240))
            throw new ArgumentException($"{nameof(FrameRate)} is {FrameRate}; it must be above 0 and at most 240.");
        if (!Enum.IsDefined(Difficulty))
        {
            var names = string.Join(", ", Enum.GetNames<MotionDifficulty>());
            throw new ArgumentException($"{nameof(Difficulty)} is {Difficulty}; it must be one of {names}.");
        }
    }

    private static void ThrowIfOutside(int value, int least, int most, string name)
    {
        if (value < least || value > most)
            throw new ArgumentException($"{name} is {value}; it must be {least} to {most}.");
    }
}
