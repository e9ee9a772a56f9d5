using System.Globalization;

namespace GardenerML.Video;

/// <summary>
/// How many clips and crops of a video are scored, to be averaged: 5 clips x 3 crops is what VideoMAE's results are
/// measured with.
/// </summary>
/// <remarks>
/// <para>
/// Clips: one is the clip of <see cref="VideoLoadingOptions.Sampling"/>. More are spread evenly over the video: the
/// first begins with it, the last ends with it as nearly as the grid of every
/// <see cref="VideoLoadingOptions.SamplingRate"/>-th frame allows, those between start at equal distances, rounded
/// down to that grid, as in VideoMAE's own test. With <see cref="FrameSampling.Uniform"/> each clip covers the whole
/// video, and clip t of T takes the frames (t + 1/2)/T of the way through each segment. A video that is too short
/// gives the same clip every time.
/// </para>
/// <para>
/// Crops: one is the frame as <see cref="VideoLoadingOptions.Resize"/> makes it. More have the shorter side of the
/// frame and lie along the longer one, the first at one end and the last at the other: left, middle, right for three
/// crops of a wide video. Squashed frames leave nothing to crop, so more than one crop scales by the shorter side
/// whatever <see cref="VideoLoadingOptions.Resize"/> says.
/// </para>
/// </remarks>
public sealed record VideoViews
{
    /// <summary>The most clips, and the most crops.</summary>
    public const int Most = 100;

    /// <summary>So many clips of so many crops.</summary>
    /// <param name="temporal">Clips, 1 to <see cref="Most"/>.</param>
    /// <param name="spatial">Crops of each, 1 to <see cref="Most"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public VideoViews(int temporal, int spatial)
    {
        InRange(temporal, nameof(temporal), "clips");
        InRange(spatial, nameof(spatial), "crops");
        Temporal = temporal;
        Spatial = spatial;
    }

    /// <summary>One clip, one crop: the clip as it is.</summary>
    public static VideoViews One { get; } = new(1, 1);

    /// <summary>Clips of a video.</summary>
    public int Temporal { get; }

    /// <summary>Crops of a clip.</summary>
    public int Spatial { get; }

    /// <summary>Views of a video: clips times crops.</summary>
    public int Count => Temporal * Spatial;

    /// <summary>Reads what <see cref="ToString"/> writes: <c>5x3</c>.</summary>
    /// <param name="text">Clips, the letter x, crops.</param>
    /// <exception cref="FormatException">The text is not of that form, or a number is out of range.</exception>
    public static VideoViews Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('x', 'X');
        return parts.Length == 2 && Number(parts[0]) is { } temporal && Number(parts[1]) is { } spatial
            ? new VideoViews(temporal, spatial)
            : throw new FormatException(
                $"'{text}' is not a number of views; it must be clips x crops, each from 1 to {Most}, such as 5x3.");
    }

    /// <summary>The views as clips x crops: <c>5x3</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Temporal}x{Spatial}");

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && number is >= 1 and <= Most
            ? number
            : null;

    private static void InRange(int value, string name, string what)
    {
        if (value is < 1 or > Most)
            throw new ArgumentOutOfRangeException(
                name, value, $"{value} {what} a video were asked for; it must be from 1 to {Most}.");
    }
}
