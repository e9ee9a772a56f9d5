namespace GardenerML.Video;

/// <summary>Which frames of a video are decoded, at which size, and what happens if that fails. Immutable.</summary>
/// <remarks>
/// The defaults are what <see cref="Checkpoints.ShippedCheckpoints.VideoMaeTiny"/> wants: 8 frames, every 4th from the start,
/// squashed to 64 x 64 pixels. Published checkpoints want <c>FrameCount = 16, Size = 224</c>. A trainer that is given another
/// checkpoint refuses clips whose frames and size nobody chose, and says which to choose; those that are set are taken as they are.
/// </remarks>
public sealed record VideoLoadingOptions
{
    /// <summary>The largest number of frames in a clip.</summary>
    public const int MaxFrameCount = 4096;

    /// <summary>
    /// The largest height and width of a decoded frame, in pixels. A video that states more is refused, so that a
    /// forged header
    /// cannot make the process allocate without bound.
    /// </summary>
    public const int MaxFrameSide = 16384;

    /// <summary>
    /// The most pixels of a frame of a video: those of 8192 x 4320 (DCI 8K), 101 MiB in 3 channels. A video that states
    /// more is refused. Each thread that decodes holds a frame, so that this bounds what videos make a process allocate.
    /// </summary>
    public const int MaxFramePixels = 8192 * 4320;

    private readonly int? _frameCount;
    private readonly int? _size;

    /// <summary>Frames in a clip, 1 to <see cref="MaxFrameCount"/>; 8 by default.</summary>
    public int FrameCount
    {
        get => _frameCount ?? 8;
        init => _frameCount = value;
    }

    /// <summary>
    /// Every how many frames of the video one is taken, 1 to 10,000. <see cref="FrameSampling.Uniform"/> ignores it.
    /// </summary>
    public int SamplingRate { get; init; } = 4;

    /// <summary>Which frames are taken.</summary>
    public FrameSampling Sampling { get; init; } = FrameSampling.First;

    /// <summary>What fills the clip of a video that has too few frames.</summary>
    public ShortVideo ShortVideo { get; init; } = ShortVideo.RepeatLast;

    /// <summary>Height and width of the clip's frames in pixels, 1 to <see cref="MaxFrameSide"/>; 64 by default.</summary>
    public int Size
    {
        get => _size ?? 64;
        init => _size = value;
    }

    /// <summary>How frames are brought to <see cref="Size"/>.</summary>
    /// <remarks>
    /// Frames that shrink are averaged over the area that each pixel covers (as by OpenCV's INTER_AREA), which does not
    /// alias; all others
    /// are interpolated linearly (INTER_LINEAR).
    /// </remarks>
    public FrameResize Resize { get; init; } = FrameResize.Squash;

    /// <summary>What happens to a row whose video cannot be read.</summary>
    public VideoErrorHandling OnError { get; init; } = VideoErrorHandling.Throw;

    /// <summary>Whether frames are turned upright where the file says how the camera was held.</summary>
    public bool ApplyRotation { get; init; } = true;

    /// <summary>The type of the clips.</summary>
    internal VideoClipDataViewType ClipType => new(FrameCount, Size, Size)
    {
        FrameCountIsChosen = _frameCount is not null,
        SizeIsChosen = _size is not null,
    };

    /// <summary>Whether a trainer reads other frames each time.</summary>
    internal bool IsRandom => Sampling is FrameSampling.RandomStart or FrameSampling.RandomStartAndRate;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range, or the clip would have 2 GiB of pixels or
    /// more.</exception>
    public void Validate()
    {
        InRange(FrameCount, 1, MaxFrameCount, nameof(FrameCount));
        InRange(SamplingRate, 1, 10_000, nameof(SamplingRate));
        InRange(Size, 1, MaxFrameSide, nameof(Size));
        Known(Sampling, nameof(Sampling));
        Known(ShortVideo, nameof(ShortVideo));
        Known(Resize, nameof(Resize));
        Known(OnError, nameof(OnError));
        if (3L * FrameCount * Size * Size > Array.MaxLength)
            throw new ArgumentOutOfRangeException(nameof(Size), Size,
                $"A clip of {FrameCount} frames of {Size} x {Size} pixels has 2 GiB of pixels or more; "
                + "use fewer or smaller frames.");
    }

    private static void InRange(int value, int least, int most, string name)
    {
        if (value < least || value > most)
            throw new ArgumentOutOfRangeException(
                name, value, $"{name} is {value}; it must be from {least} to {most}.");
    }

    private static void Known<T>(T value, string name) where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
            throw new ArgumentOutOfRangeException(name, value,
                $"{name} is {value}; it must be one of {string.Join(", ", Enum.GetNames<T>())}.");
    }
}
