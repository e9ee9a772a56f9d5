namespace GardenerML.Video;

/// <summary>
/// A clip of a video: where the video is, and which frames of it at which size. The frames are decoded each time they
/// are asked for.
/// </summary>
/// <remarks>
/// This is the value of a clip column. It is small and does not change, so rows can be collected, shuffled and handed
/// to other threads;
/// trainers and scorers decode in parallel and draw other frames of the same video. Safe to use from several threads at
/// once.
/// </remarks>
public sealed class VideoClip
{
    private readonly ClipSource _source;

    internal VideoClip(ClipSource source, VideoLoadingOptions options)
        : this(source, options, options.Size, options.Size)
    {
    }

    private VideoClip(ClipSource source, VideoLoadingOptions options, int height, int width)
    {
        _source = source;
        Options = options;
        Height = height;
        Width = width;
    }

    /// <summary>The video file, or null where the clip is of bytes or frames in memory.</summary>
    public string? Path => _source.Path;

    /// <summary>Frames in the clip.</summary>
    public int FrameCount => Options.FrameCount;

    /// <summary>Height of the clip's frames in pixels.</summary>
    public int Height { get; }

    /// <summary>Width of the clip's frames in pixels.</summary>
    public int Width { get; }

    internal VideoLoadingOptions Options { get; }

    internal string Key => _source.Key;

    /// <summary>The same for every object of the same file or encoded bytes; null for frames.</summary>
    internal string? Identity => _source.Identity;

    /// <summary>A clip of a video file. The file is not opened yet.</summary>
    /// <param name="path">The file; AVI, MP4, MOV, MKV, WebM and whatever else FFmpeg decodes.</param>
    /// <param name="options">Which frames; by default 8, every 4th, at 64 x 64 pixels.</param>
    /// <exception cref="ArgumentException">The path is empty, or an option is out of range.</exception>
    public static VideoClip FromFile(string path, VideoLoadingOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return new VideoClip(new FileClipSource(path), Valid(options));
    }

    /// <summary>A clip of an encoded video in memory, such as an uploaded file.</summary>
    /// <param name="bytes">The bytes of the video file; they are not copied and must not change while the clip is in
    /// use.</param>
    /// <param name="options">Which frames; by default 8, every 4th, at 64 x 64 pixels.</param>
    /// <remarks>
    /// The decoder reads files only: each read goes through a temporary file, which is deleted at once.
    /// </remarks>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static VideoClip FromBytes(ReadOnlyMemory<byte> bytes, VideoLoadingOptions? options = null) =>
        new(new EncodedClipSource(bytes), Valid(options));

    /// <summary>A clip of frames in memory, such as those of a camera.</summary>
    /// <param name="pixels">
    /// One byte a channel, red, green, blue, laid out [frame, row, column, channel] without gaps:
    /// <paramref name="frameCount"/> x <paramref name="height"/> x <paramref name="width"/> x 3 bytes. They are not
    /// copied and must not
    /// change while the clip is in use.
    /// </param>
    /// <param name="frameCount">Number of frames.</param>
    /// <param name="height">Height of a frame in pixels.</param>
    /// <param name="width">Width of a frame in pixels.</param>
    /// <param name="options">Which of the frames, at which size; by default all of them as they are.</param>
    /// <exception cref="ArgumentException">The length does not fit the other numbers, or one of them is out of
    /// range.</exception>
    public static VideoClip FromFrames(
        ReadOnlyMemory<byte> pixels, int frameCount, int height, int width, VideoLoadingOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frameCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        long expected = 3L * frameCount * height * width;
        if (pixels.Length != expected)
            throw new ArgumentException(
                $"{frameCount} frames of {height} x {width} pixels in 3 channels are {expected} bytes; "
                + $"{pixels.Length} were given.", nameof(pixels));
        var source = new HeldClipSource(pixels, frameCount, height, width);
        return options is null
            ? new VideoClip(
                source, new VideoLoadingOptions { FrameCount = frameCount, SamplingRate = 1 }, height, width)
            : new VideoClip(source, Valid(options));
    }

    /// <summary>A clip of frames that a program makes each time they are needed, so that none have to be kept.</summary>
    /// <param name="render">
    /// Makes the frames, laid out as those of <see cref="FromFrames"/>; the same ones each time. Called on several threads.
    /// </param>
    /// <param name="frameCount">Number of frames.</param>
    /// <param name="height">Height of a frame in pixels.</param>
    /// <param name="width">Width of a frame in pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static VideoClip FromRenderer(Func<ReadOnlyMemory<byte>> render, int frameCount, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(render);
        ArgumentOutOfRangeException.ThrowIfLessThan(frameCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        return new VideoClip(
            new RenderedClipSource(render, frameCount, height, width),
            new VideoLoadingOptions { FrameCount = frameCount, SamplingRate = 1 }, height, width);
    }

    /// <summary>Decodes the clip. The same video gives the same frames each time.</summary>
    /// <param name="cancellationToken">Stops between frames.</param>
    /// <returns><see cref="FrameCount"/> frames of <see cref="Height"/> x <see cref="Width"/> pixels, to be disposed by
    /// the caller.</returns>
    /// <exception cref="VideoReadException">The video cannot be read.</exception>
    /// <exception cref="DllNotFoundException">The application lacks OpenCvSharp's native package.</exception>
    public VideoFrames Read(CancellationToken cancellationToken = default) => Read(random: null, cancellationToken);

    /// <summary>Decodes the clip, with a random start where the options ask for one.</summary>
    internal VideoFrames Read(Random? random, CancellationToken cancellationToken = default) =>
        ClipReader.Read(_source.Open, Options, VideoViews.One, Height, Width, random, cancellationToken);

    /// <summary>
    /// Decodes the frames of all views in one pass, one view after the other, in the order clip, crop.
    /// </summary>
    /// <param name="views">How many clips and crops.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    internal VideoFrames ReadViews(VideoViews views, CancellationToken cancellationToken = default) =>
        views.Count == 1
            ? Read(cancellationToken)
            : ClipReader.Read(_source.Open, Options, views, Height, Width, random: null, cancellationToken);

    /// <summary>
    /// Decodes every frame of the video at the clip's size, for <see cref="FrameSampler"/> to draw from.
    /// </summary>
    /// <param name="maxFrames">The most frames wanted.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    /// <returns>The frames, to be disposed by the caller, or null if the video has more than <paramref
    /// name="maxFrames"/>.</returns>
    internal VideoFrames? ReadAll(int maxFrames, CancellationToken cancellationToken = default) =>
        ClipReader.ReadAll(_source.Open, Options, Height, Width, maxFrames, cancellationToken);

    /// <summary>Opens the video and decodes its first frame, and no more.</summary>
    /// <exception cref="VideoReadException">The video cannot be read.</exception>
    internal void Probe() => ClipReader.Probe(_source.Open);

    private static VideoLoadingOptions Valid(VideoLoadingOptions? options)
    {
        options ??= new VideoLoadingOptions();
        options.Validate();
        return options;
    }
}
