using OpenCvSharp;

namespace GardenerML.Video;

/// <summary>Frames of a video file, decoded by OpenCV's FFmpeg backend.</summary>
internal sealed class CapturedFrames : FrameSource
{
    // CAP_PROP_N_THREADS, which OpenCvSharp's enumeration lacks.
    private const int ThreadCountProperty = 70;

    // Clips are decoded side by side, so a decoder with a thread for every core would only get in the way of the
    // others.
    private static readonly int[] OneThread = [ThreadCountProperty, 1];

    private readonly VideoCapture _capture;
    private readonly Mat _frame = new();
    private readonly string? _path;
    private readonly string _name;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="shownPath">What messages and exceptions name; null for a video from memory.</param>
    /// <exception cref="VideoReadException">The file cannot be opened as a video.</exception>
    public CapturedFrames(string path, string? shownPath)
    {
        _path = shownPath;
        _name = VideoFile.Describe(shownPath);
        VideoFile.Check(path, shownPath);
        _capture = Open(path);
        try
        {
            if (!_capture.IsOpened())
                throw new VideoReadException(VideoReadFailure.NotAVideo, _path,
                    $"{_name} is not a video, has no video stream, or is in a format that the decoder does not know. "
                    + "Check that it plays, or convert it to H.264 in MP4.");
            CheckSize(_capture.FrameWidth, _capture.FrameHeight);
            // Whether OpenCV turns frames by itself has changed between versions; so it never does, and the clip reader
            // turns them.
            _capture.Set(VideoCaptureProperties.OrientationAuto, 0);
            Rotation = Upright(_capture.Get(VideoCaptureProperties.OrientationMeta));
            double count = _capture.Get(VideoCaptureProperties.FrameCount);
            StatedCount = count is > 0 and < int.MaxValue ? (int)count : 0;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override int StatedCount { get; }

    public override int Rotation { get; }

    public override string? Path => _path;

    public override bool Grab()
    {
        try
        {
            return _capture.Grab();
        }
        catch (OpenCVException e)
        {
            throw Undecodable(e);
        }
    }

    public override Mat? Retrieve()
    {
        try
        {
            if (!_capture.Retrieve(_frame) || _frame.Empty())
                return null;
        }
        catch (OpenCVException e)
        {
            throw Undecodable(e);
        }
        CheckSize(_frame.Width, _frame.Height);
        if (_frame.Type() != MatType.CV_8UC3)
            throw new VideoReadException(VideoReadFailure.NotAVideo, _path,
                $"{_name} decodes to pixels of type {_frame.Type()}; 8 bits in 3 channels are needed. "
                + "Convert it to H.264 in MP4.");
        return _frame;
    }

    public override void Dispose()
    {
        _frame.Dispose();
        _capture.Dispose();
    }

    // The only backend asked for is FFmpeg: the others of OpenCV open cameras, image sequences and network streams by
    // name.
    private VideoCapture Open(string path)
    {
        try
        {
            return new VideoCapture(path, VideoCaptureAPIs.FFMPEG, OneThread);
        }
        catch (OpenCVException e)
        {
            _frame.Dispose();
            throw new VideoReadException(VideoReadFailure.NotAVideo, _path,
                $"{_name} cannot be opened as a video: {e.Message}", e);
        }
    }

    private VideoReadException Undecodable(OpenCVException e) =>
        new(VideoReadFailure.NoFrames, _path, $"{_name} cannot be decoded: {e.Message}", e);

    private void CheckSize(int width, int height)
    {
        if (width > VideoLoadingOptions.MaxFrameSide || height > VideoLoadingOptions.MaxFrameSide
            || (long)width * height > VideoLoadingOptions.MaxFramePixels)
            throw new VideoReadException(VideoReadFailure.TooLarge, _path,
                $"{_name} states frames of {width} x {height} pixels; "
                + $"at most {VideoLoadingOptions.MaxFrameSide} a side and {VideoLoadingOptions.MaxFramePixels} in all "
                + "are read.");
    }

    private static int Upright(double degrees)
    {
        int turn = (int)degrees % 360;
        return turn < 0 ? turn + 360 : turn;
    }
}
