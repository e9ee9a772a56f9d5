using System.Runtime.ExceptionServices;
using GardenerML.Video;
using OpenCvSharp;

namespace GardenerML.Samples.Motion;

/// <summary>Renders and encodes the clips of a made action data set, several at a time.</summary>
internal static class MotionDatasetWriter
{
    /// <summary>
    /// Every frame of motion JPEG stands alone. A codec that predicts frames from earlier ones leaves a trail behind the
    /// object, from which a single frame would tell where the object came from.
    /// </summary>
    private static readonly int MotionJpeg = VideoWriter.FourCC('M', 'J', 'P', 'G');

    public static void WriteVideos(
        string folder, MotionDatasetOptions options, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var videos = Path.Combine(folder, MotionDatasetFiles.VideoFolder);
        foreach (var name in Enum.GetNames<MotionClass>())
            Directory.CreateDirectory(Path.Combine(videos, name));

        var clips = MotionDatasetFiles.Clips(options).ToArray();
        var renderer = new MotionClipRenderer(options.ImageSize, options.FrameCount);
        var parallel = new ParallelOptions
        {
            CancellationToken = cancellationToken,
            MaxDegreeOfParallelism = options.Threads == 0 ? Environment.ProcessorCount : options.Threads,
        };
        // FFmpeg is as noisy for the whole process as it is told before the first video is opened; reading a clip, of any source, tells it.
        VideoClip.FromFrames(new byte[3], frameCount: 1, height: 1, width: 1).Read(cancellationToken).Dispose();
        var done = 0;
        var reporting = new Lock();
        try
        {
            Parallel.For(0, clips.Length, parallel, () => new byte[renderer.ClipLength], (i, _, pixels) =>
            {
                var (motion, group, clip) = clips[i];
                renderer.Render(motion, options.Difficulty, ClipSeed(options, group, clip), pixels);
                Encode(Path.Combine(videos, MotionDatasetFiles.ClipPath(motion, group, clip)), pixels, options);
                lock (reporting)
                    progress?.Report(++done / (double)clips.Length);
                return pixels;
            }, _ => { });
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
    }

    /// <summary>Not of the class: the eight clips of a group and number differ in motion alone.</summary>
    public static ulong ClipSeed(MotionDatasetOptions options, int group, int clip) =>
        MotionRandom.Combine((ulong)options.Seed, group, clip);

    private static void Encode(string path, byte[] pixels, MotionDatasetOptions options)
    {
        var size = options.ImageSize;
        using (var writer = new VideoWriter())
        {
            if (!writer.Open(path, VideoCaptureAPIs.FFMPEG, MotionJpeg, options.FrameRate, new Size(size, size)))
                throw new IOException($"OpenCV cannot open '{path}' for writing motion JPEG; its FFmpeg plugin may be missing.");
            using var rgb = Mat.FromPixelData(options.FrameCount * size, size, MatType.CV_8UC3, pixels);
            using var bgr = new Mat();
            Cv2.CvtColor(rgb, bgr, ColorConversionCodes.RGB2BGR);
            for (var t = 0; t < options.FrameCount; t++)
            {
                using var frame = bgr.RowRange(t * size, (t + 1) * size);
                writer.Write(frame);
            }
        }
        RequireWhole(path);
    }

    /// <summary>
    /// OpenCV says nothing when the disk is full. The encoder states the file's length in its header last of all, so a
    /// header that agrees with the length means that everything before it was written.
    /// </summary>
    private static void RequireWhole(string path)
    {
        using var file = new BinaryReader(File.OpenRead(path));
        var length = file.BaseStream.Length;
        if (length < 8 || file.ReadUInt32() != 0x46464952 || file.ReadUInt32() != length - 8)
            throw new IOException($"'{path}' was not written whole ({length} bytes); the disk may be full.");
    }
}
