using GardenerML.Scoring;
using GardenerML.Training;
using GardenerML.Video;

namespace GardenerML.Evaluation;

/// <summary>
/// Scores all views of each video and averages their class probabilities, as VideoMAE's test does. Each video is
/// decoded once, ahead on other threads; views are scored in batches, across videos.
/// </summary>
internal sealed class ViewScorer(ClipScorer scorer, VideoViews views, int batchSize, int threads)
{
    // The bound of what is decoded and waits for the model: 15 views of 16 frames of 224 x 224 are 36 MB a video.
    private const long MostBytesAhead = 1L << 30;

    private readonly int _frameCount = scorer.Configuration.FrameCount;
    private readonly int _side = scorer.Configuration.ImageSize;

    private long BytesPerVideo => 3L * views.Count * _frameCount * _side * _side;

    /// <exception cref="ArgumentException">The views of one video are 2 GiB or more.</exception>
    public void CheckSize()
    {
        if (BytesPerVideo > Array.MaxLength)
            throw new ArgumentException(
                $"{views} views of {_frameCount} frames of {_side} x {_side} pixels are 2 GiB or more a video; "
                + "use fewer.");
    }

    /// <summary>Scores clips; the results come in their order.</summary>
    /// <param name="clips">The clips; enumerated on the caller's thread, some way ahead of the results.</param>
    /// <param name="cancellation">Stops the enumeration.</param>
    public IEnumerable<Result> Score(IEnumerable<Row> clips, CancellationToken cancellation)
    {
        var ahead = Math.Max(2 * threads, 2 * ((batchSize + views.Count - 1) / views.Count));
        ahead = (int)Math.Clamp(MostBytesAhead / BytesPerVideo, 1, ahead);
        var unfinished = new Queue<Video>();
        try
        {
            var decoded = OrderedPrefetch.Run(clips, Decode, threads, ahead, cancellation);
            foreach (var batch in Views(decoded, unfinished).Chunk(batchSize))
            {
                var readable = batch.Where(view => view.Video.Frames is not null).ToArray();
                var scores = readable.Length == 0
                    ? []
                    : scorer.Score([.. readable.Select(view => view.Pixels(_frameCount))]);
                var scored = 0;
                foreach (var (video, index) in batch)
                {
                    if (video.Frames is not null)
                        video.Add(scores[scored++], 1.0 / views.Count);
                    if (video.Frames is not null && index < views.Count - 1)
                        continue;
                    // Views are in order, so videos end in order.
                    unfinished.Dequeue().Dispose();
                    yield return video.ToResult();
                }
                cancellation.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            foreach (var video in unfinished)
                video.Dispose();
        }
    }

    private IEnumerable<View> Views(IEnumerable<Video> videos, Queue<Video> unfinished)
    {
        foreach (var video in videos)
        {
            unfinished.Enqueue(video);
            for (var i = 0; i < (video.Frames is null ? 1 : views.Count); i++)
                yield return new View(video, i);
        }
    }

    private Video Decode(Row row, CancellationToken abandoned)
    {
        var clip = ClipGeometry.Require(row.Clip, row.Position, _frameCount, _side);
        try
        {
            return new Video(row, clip.ReadViews(views, abandoned), null);
        }
        catch (VideoReadException e) when (row.SkipIfUnreadable)
        {
            return new Video(row, null, e);
        }
    }

    /// <summary>A clip to score.</summary>
    /// <param name="Clip">The clip.</param>
    /// <param name="Label">Its 0-based label.</param>
    /// <param name="Position">Its row's position.</param>
    /// <param name="SkipIfUnreadable">
    /// Whether the result of a video that cannot be read is its fault; else it throws.
    /// </param>
    internal sealed record Row(VideoClip? Clip, int Label, long Position, bool SkipIfUnreadable);

    /// <summary>A clip's class probabilities, or why there are none.</summary>
    internal sealed record Result(Row Row, float[]? Scores, VideoReadException? Fault);

    private readonly record struct View(Video Video, int Index)
    {
        public ReadOnlyMemory<byte> Pixels(int frameCount) => Video.Frames!.Slice(Index * frameCount, frameCount);
    }

    /// <summary>A decoded video, and the sum of its views' scores so far.</summary>
    private sealed class Video(Row row, VideoFrames? frames, VideoReadException? fault) : IDisposable
    {
        private double[]? _sum;

        public VideoFrames? Frames => frames;

        public void Add(float[] scores, double weight)
        {
            _sum ??= new double[scores.Length];
            for (var i = 0; i < scores.Length; i++)
                _sum[i] += weight * scores[i];
        }

        public Result ToResult() => new(row, _sum is null ? null : [.. _sum.Select(value => (float)value)], fault);

        public void Dispose() => frames?.Dispose();
    }
}
