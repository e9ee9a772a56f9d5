using GardenerML.VideoMae;

namespace GardenerML.Video;

/// <summary>How clips become vectors. Immutable.</summary>
public sealed record ClipTensorOptions
{
    /// <summary>The type and order of the values.</summary>
    public ClipTensorLayout Layout { get; init; } = ClipTensorLayout.Normalized;

    /// <summary>Mean of each channel on the scale [0, 1], finite; <see cref="ClipTensorLayout.Bytes"/> ignores it.</summary>
    public ChannelValues Mean { get; init; } = ChannelValues.ImageNetMean;

    /// <summary>
    /// Standard deviation of each channel on the scale [0, 1], finite and above 0; <see cref="ClipTensorLayout.Bytes"/> ignores it.
    /// </summary>
    public ChannelValues StandardDeviation { get; init; } = ChannelValues.ImageNetStandardDeviation;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message names it.</exception>
    public void Validate()
    {
        if (!Enum.IsDefined(Layout))
            throw new ArgumentException(
                $"Layout is {Layout}; it must be one of {string.Join(", ", Enum.GetNames<ClipTensorLayout>())}.");
        if (!All(Mean, float.IsFinite))
            throw new ArgumentException($"Mean is {Mean}; every channel must be a finite number.");
        if (!All(StandardDeviation, value => float.IsFinite(value) && value > 0))
            throw new ArgumentException($"StandardDeviation is {StandardDeviation}; every channel must be a finite number above 0.");

        static bool All(ChannelValues values, Func<float, bool> rule) => rule(values.Red) && rule(values.Green) && rule(values.Blue);
    }
}
