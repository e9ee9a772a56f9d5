namespace GardenerML.Video;

/// <summary>
/// Turns a way of sampling into frame indices. Pure: the same arguments and random numbers give the same indices.
/// </summary>
internal static class FrameSampler
{
    /// <summary>Indices of the frames of one clip.</summary>
    /// <param name="options">How many frames, how far apart, and which.</param>
    /// <param name="available">Frames that the video has, at least 1.</param>
    /// <param name="random">Draws start and rate where the sampling is random; without it the clip is centred.</param>
    /// <returns><see cref="VideoLoadingOptions.FrameCount"/> indices, each in [0, <paramref
    /// name="available"/>).</returns>
    public static int[] Sample(VideoLoadingOptions options, int available, Random? random = null) =>
        Sample(options.Sampling, options.FrameCount, options.SamplingRate, available, options.ShortVideo, random);

    /// <inheritdoc cref="Sample(VideoLoadingOptions, int, Random?)"/>
    /// <exception cref="ArgumentOutOfRangeException">A count or the rate is below 1.</exception>
    public static int[] Sample(
        FrameSampling sampling,
        int frameCount,
        int samplingRate,
        int available,
        ShortVideo shortVideo,
        Random? random = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frameCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(samplingRate, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(available, 1);

        var indices = new int[frameCount];
        if (sampling == FrameSampling.Uniform)
        {
            // The centre of segment i of n over [0, available): floor((i + 1/2) * available / n), in whole numbers.
            for (int i = 0; i < frameCount; i++)
                indices[i] = (int)((2L * i + 1) * available / (2L * frameCount));
            return indices;
        }

        if (sampling == FrameSampling.RandomStartAndRate && random is not null)
            samplingRate = random.Next(samplingRate) + 1;
        long spare = Math.Max(0, available - Span(frameCount, samplingRate));
        long start = sampling switch
        {
            FrameSampling.First => 0,
            FrameSampling.RandomStart or FrameSampling.RandomStartAndRate when random is not null => random.NextInt64(spare + 1),
            FrameSampling.Centre or FrameSampling.RandomStart or FrameSampling.RandomStartAndRate => spare / 2,
            _ => throw new ArgumentOutOfRangeException(
                nameof(sampling), sampling, $"Sampling {sampling} is not known."),
        };
        for (int i = 0; i < frameCount; i++)
            indices[i] = Within(start + (long)i * samplingRate, available, shortVideo);
        return indices;
    }

    /// <summary>Indices of the frames of several clips that are spread evenly over a video, clip after clip.</summary>
    /// <param name="options">How many frames a clip has, how far apart, and which.</param>
    /// <param name="clips">
    /// How many clips; one is that of <see cref="Sample(VideoLoadingOptions, int, Random?)"/>.
    /// </param>
    /// <param name="available">Frames that the video has, at least 1.</param>
    /// <param name="random">Draws the start of a single clip.</param>
    /// <remarks>
    /// With a sampling rate, the clips start on the grid of every rate-th frame, the first at its begin and the last as
    /// late as it fits, as in the test mode of VideoMAE's <c>kinetics.py</c>. Uniform sampling divides each segment by
    /// the number of clips, and takes the centre of a part.
    /// </remarks>
    public static int[] SampleViews(VideoLoadingOptions options, int clips, int available, Random? random = null)
    {
        if (clips == 1)
            return Sample(options, available, random);
        ArgumentOutOfRangeException.ThrowIfLessThan(available, 1);
        (int count, int rate) = (options.FrameCount, options.SamplingRate);
        var indices = new int[checked(clips * count)];
        long onGrid = (available + rate - 1L) / rate;
        for (int clip = 0; clip < clips; clip++)
        {
            long start = rate * (Math.Max(0, onGrid - count) * clip / (clips - 1));
            for (int i = 0; i < count; i++)
            {
                indices[clip * count + i] = options.Sampling == FrameSampling.Uniform
                    ? (int)((2L * clips * i + 2 * clip + 1) * available / (2L * clips * count))
                    : Within(start + (long)i * rate, available, options.ShortVideo);
            }
        }
        return indices;
    }

    /// <summary>Frames from the first to the last of a clip, both counted.</summary>
    public static long Span(int frameCount, int samplingRate) => (frameCount - 1L) * samplingRate + 1;

    private static int Within(long index, int available, ShortVideo shortVideo) =>
        (int)(shortVideo == ShortVideo.Wrap ? index % available : Math.Min(index, available - 1));
}
