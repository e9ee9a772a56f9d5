using System.Numerics.Tensors;
using GardenerML.Interop;
using GardenerML.Scoring;
using GardenerML.Video;
using GardenerML.VideoMae;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace GardenerML.Evaluation;

/// <summary>Evaluates a fitted video classifier on labelled videos, over several views of each.</summary>
internal sealed class VideoModelEvaluator
{
    private readonly IHost _host;
    private readonly IDataView _data;
    private readonly DataViewSchema.Column _clips;
    private readonly LabelColumn _labels;
    private readonly MissingLabels _missing;
    private readonly VideoEvaluationOptions _options;
    private long _skipped;
    private VideoReadException? _firstFault;

    private VideoModelEvaluator(
        IHost host, IDataView data, DataViewSchema.Column clips, LabelColumn labels, VideoEvaluationOptions options)
    {
        _host = host;
        _data = data;
        _clips = clips;
        _labels = labels;
        _missing = new MissingLabels(labels.Column.Name, options.SkipMissingLabels);
        _options = options;
    }

    public static VideoClassificationMetrics Evaluate(
        IHostEnvironment environment, ITransformer model, IDataView data, VideoEvaluationOptions options)
    {
        var host = environment.Register(nameof(VideoModelEvaluator));
        host.CheckValue(model, nameof(model));
        host.CheckValue(data, nameof(data));
        options.Validate();
        var (classifier, clips) = EvaluatedModel.Find(host, model, data);
        classifier.Scorer.ThrowIfDisposed();
        var clipColumn = classifier.ClipColumn(clips.Schema);
        var labels = LabelColumn.Find(
            host, clips.Schema, options.LabelColumnName, classifier.Model.Configuration.ClassCount,
            classifier.ClassNames);

        using var elsewhere = CopyElsewhere(classifier.Scorer, options.Device);
        var views = new ViewScorer(
            elsewhere ?? classifier.Scorer, options.Views, options.BatchSize ?? classifier.ScoringBatchSize,
            options.DecodingThreads ?? Environment.ProcessorCount);
        views.CheckSize();
        return new VideoModelEvaluator(host, clips, clipColumn, labels, options).Run(views);
    }

    /// <summary>A copy of a model on another device; null if it is there already.</summary>
    private static ClassScorer? CopyElsewhere(ClassScorer scorer, ComputeDevice? wanted)
    {
        if (wanted is not { } choice)
            return null;
        var device = TorchBackend.Resolve(choice);
        return device.type == scorer.Model.Device.type && device.index == scorer.Model.Device.index
            ? null
            : new ClassScorer(ModelWeights.Copy(scorer.Model, device), scorer.Precision);
    }

    private VideoClassificationMetrics Run(ViewScorer views)
    {
        using var channel = _host.Start("Evaluating");
        var tally = new ScoreTally(_labels.ClassNames.Count);
        using var cursor = _data.GetRowCursor([_labels.Column, _clips]);
        var done = 0L;
        foreach (var (row, scores, fault) in views.Score(Rows(cursor), _options.Cancellation))
        {
            if (scores is null)
                Skip(row.Position, fault!, channel);
            else if (row.Label < 0)
                // Its file was absent when the row was read, and is there now.
                _missing.Add(row.Position, row.Clip!.Path);
            else if (!TensorPrimitives.IsFiniteAll<float>(scores))
                throw _host.Except(
                    $"The model's scores of row {row.Position} ({row.Clip!.Path ?? "in memory"}) are not finite numbers.");
            else
                tally.Add(row.Label, scores);
            _options.Progress?.Report(++done);
        }
        return Finish(tally, channel);
    }

    private IEnumerable<ViewScorer.Row> Rows(DataViewRowCursor cursor)
    {
        var getLabel = _labels.Getter(cursor);
        var getClip = cursor.GetGetter<VideoClip>(_clips);
        while (cursor.MoveNext())
        {
            var clip = default(VideoClip);
            getClip(ref clip!);
            var label = getLabel();
            var skip = (_options.OnError ?? clip?.Options.OnError) == VideoErrorHandling.Skip;
            // Lists name classes that a partial data set has no videos of: those rows are skipped whatever the model
            // knows.
            if (label >= 0 || (skip && clip?.Path is { } path && !File.Exists(path)))
                yield return new ViewScorer.Row(clip, label, cursor.Position, skip);
            else
                _missing.Add(cursor.Position, clip?.Path);
        }
    }

    private void Skip(long position, VideoReadException fault, IChannel channel)
    {
        _skipped++;
        _firstFault ??= fault;
        channel.Info($"Row {position} is left out. {fault.Message}");
    }

    private VideoClassificationMetrics Finish(ScoreTally tally, IChannel channel)
    {
        _missing.Report(channel);
        if (tally.IsEmpty && _firstFault is { } first)
            throw new VideoReadException(first.Reason, first.Path,
                $"None of the {_skipped} videos can be read. The first: {first.Message}", first);
        if (tally.IsEmpty)
            throw _host.Except("There is no row to evaluate.");
        if (_skipped > 0)
            channel.Warning(
                $"{_skipped} rows are left out because their video cannot be read. The first: {_firstFault!.Message}");
        return tally.ToMetrics(_labels.ClassNames, _missing.Count, _skipped, _options.Views);
    }
}
