namespace GardenerML.VideoMae;

/// <summary>Normalisation of bytes in one multiplication: value * Scale - Offset = (value / 255 - mean) / deviation.</summary>
internal readonly record struct PixelFactors(ChannelValues Scale, ChannelValues Offset)
{
    public static PixelFactors Of(ChannelValues mean, ChannelValues deviation) => new(
        new ChannelValues(1 / (255 * deviation.Red), 1 / (255 * deviation.Green), 1 / (255 * deviation.Blue)),
        new ChannelValues(mean.Red / deviation.Red, mean.Green / deviation.Green, mean.Blue / deviation.Blue));
}
