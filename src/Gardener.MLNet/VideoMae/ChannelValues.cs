namespace GardenerML.VideoMae;

/// <summary>One value for each of the channels red, green and blue, on the scale [0, 1].</summary>
/// <param name="Red">The value of the red channel.</param>
/// <param name="Green">The value of the green channel.</param>
/// <param name="Blue">The value of the blue channel.</param>
public readonly record struct ChannelValues(float Red, float Green, float Blue)
{
    /// <summary>Mean of ImageNet's pixels, which every published VideoMAE checkpoint is normalised by.</summary>
    public static ChannelValues ImageNetMean { get; } = new(0.485f, 0.456f, 0.406f);

    /// <summary>Standard deviation of ImageNet's pixels.</summary>
    public static ChannelValues ImageNetStandardDeviation { get; } = new(0.229f, 0.224f, 0.225f);

    /// <summary>The same value for every channel.</summary>
    /// <param name="value">The value.</param>
    public static ChannelValues All(float value) => new(value, value, value);
}
