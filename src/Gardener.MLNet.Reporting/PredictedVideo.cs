using GardenerML.Evaluation;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace GardenerML.Reporting;

/// <summary>A video with a few of its frames and what a model says of it.</summary>
public sealed record PredictedVideo
{
    private const int ShownFrames = 4;

    /// <summary>What the video is called, without folders.</summary>
    public required string Name { get; init; }

    /// <summary>Its class; null where it is not known.</summary>
    public string? Label { get; init; }

    /// <summary>The most probable class.</summary>
    public required string PredictedLabel { get; init; }

    /// <summary>The probability of that class, in [0, 1].</summary>
    public required double Probability { get; init; }

    /// <summary>Some frames of the clip that the model saw, in their order; each a JPEG file.</summary>
    public required IReadOnlyList<byte[]> Frames { get; init; }

    /// <summary>Scores some videos of a data set, evenly spaced over its rows whose files are there. Videos that cannot be read are left out.</summary>
    /// <param name="mlContext">The context.</param>
    /// <param name="model">A fitted video classifier, or a pipeline that has one.</param>
    /// <param name="data">What the model takes: labelled videos before the pipeline, or clips before the bare classifier.</param>
    /// <param name="count">How many, 1 at least; fewer where there are fewer rows.</param>
    /// <param name="labelColumnName">Name of the label column; after the model's own steps its type must be a key.</param>
    /// <param name="cancellationToken">Stops between videos.</param>
    /// <exception cref="ArgumentException">A column is absent, or the model has no video classifier.</exception>
    /// <exception cref="InvalidOperationException">Labels are numbered otherwise than the model's classes.</exception>
    public static IReadOnlyList<PredictedVideo> Of(
        MLContext mlContext, ITransformer model, IDataView data, int count = 8, string labelColumnName = "Label",
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var host = ((IHostEnvironment)mlContext).Register(nameof(PredictedVideo));
        var (classifier, clips) = EvaluatedModel.Find(host, model, data);
        var labels = LabelColumn.Find(
            host, clips.Schema, labelColumnName, classifier.Model.Configuration.ClassCount, classifier.ClassNames);
        var rows = Rows(clips, labels, classifier);
        count = Math.Min(count, rows.Count);
        // The middle of each of as many equal parts.
        var chosen = Enumerable.Range(0, count).Select(part => rows[(int)(((2L * part) + 1) * rows.Count / (2L * count))]);
        var videos = new List<PredictedVideo>();
        foreach (var (clip, label) in chosen)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                videos.Add(Score(classifier, clip, label, labels.ClassNames, cancellationToken));
            }
            catch (VideoReadException)
            {
                // The evaluation counts these.
            }
        }
        return videos;
    }

    private static List<(VideoClip Clip, int Label)> Rows(IDataView clips, LabelColumn labels, VideoClassifierTransformer classifier)
    {
        var rows = new List<(VideoClip, int)>();
        var column = classifier.ClipColumn(clips.Schema);
        using var cursor = clips.GetRowCursor([labels.Column, column]);
        var getLabel = labels.Getter(cursor);
        var getClip = cursor.GetGetter<VideoClip>(column);
        while (cursor.MoveNext())
        {
            var clip = default(VideoClip);
            getClip(ref clip!);
            // Partial data sets lack most of what their lists name.
            if (clip is not null && (clip.Path is null || File.Exists(clip.Path)))
                rows.Add((clip, getLabel()));
        }
        return rows;
    }

    private static PredictedVideo Score(
        VideoClassifierTransformer classifier, VideoClip clip, int label, IReadOnlyList<string> classNames, CancellationToken cancellation)
    {
        using var frames = clip.Read(cancellation);
        var scores = classifier.Scorer.Score([frames])[0];
        var best = Array.IndexOf(scores, scores.Max());
        return new PredictedVideo
        {
            Name = clip.Path is { } path ? Path.GetFileName(path) : "a clip in memory",
            Label = label < 0 ? null : classNames[label],
            PredictedLabel = classNames[best],
            Probability = scores[best],
            Frames = [.. Shown(frames.FrameCount).Select(frame => Thumbnail.Encode(frames, frame))],
        };
    }

    /// <summary>The first frame, the last, and some between.</summary>
    private static IEnumerable<int> Shown(int frameCount) => frameCount <= ShownFrames
        ? Enumerable.Range(0, frameCount)
        : Enumerable.Range(0, ShownFrames).Select(i => i * (frameCount - 1) / (ShownFrames - 1));
}
