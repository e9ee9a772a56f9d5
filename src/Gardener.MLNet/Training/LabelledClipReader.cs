using System.Text;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GardenerML.Training;

/// <summary>Reads the rows that a classifier learns from: clips as references, labels as 0-based numbers.</summary>
internal static class LabelledClipReader
{
    /// <summary>Reads all rows.</summary>
    /// <param name="host">For messages.</param>
    /// <param name="purpose">What the rows are for: training or validation.</param>
    /// <param name="data">The rows.</param>
    /// <param name="columns">Where clips, groups and, if there are any, labels are; without labels all clips have the label 0.</param>
    /// <param name="options">What to do with missing labels, and when to stop.</param>
    /// <returns>The clips, and what each one's group column holds; no groups where none are asked for.</returns>
    /// <exception cref="InvalidOperationException">Labels are missing and may not be skipped, or no row is left.</exception>
    public static (List<LabelledClip> Clips, List<string> Groups) Read(
        IHost host, string purpose, IDataView data, ClipColumns columns, VideoTrainingOptions options)
    {
        var clips = new List<LabelledClip>();
        var groups = new List<string>();
        var missing = 0;
        string? firstMissing = null;
        using var cursor = data.GetRowCursor(columns.All);
        var labels = columns as TrainingColumns;
        var getLabel = labels is null ? null : RowCursorUtils.GetLabelGetter(cursor, labels.Label.Index);
        var getClip = cursor.GetGetter<VideoClip>(columns.Video);
        var getGroup = columns.Group is { } group ? RowCursorUtils.GetGetterAsStringBuilder(cursor, group.Index) : null;
        var text = new StringBuilder();
        while (cursor.MoveNext())
        {
            options.Cancellation.ThrowIfCancellationRequested();
            // A missing label is NaN here.
            var label = 0f;
            getLabel?.Invoke(ref label);
            var clip = default(VideoClip);
            getClip(ref clip!);
            if (labels is not null && !(label < labels.ClassCount))
            {
                missing++;
                firstMissing ??= $"row {cursor.Position}" + (clip?.Path is { } path ? $", {path}" : "");
                continue;
            }
            clip = ClipGeometry.Require(clip, cursor.Position, columns.ClipType.FrameCount, columns.ClipType.Height);
            clips.Add(new LabelledClip(clip, (int)label));
            if (getGroup is not null)
            {
                getGroup(ref text);
                groups.Add(text.ToString());
            }
        }

        if (missing > 0 && options is not VideoClassifierOptions { SkipMissingLabels: true })
            throw host.Except(
                $"{missing} of {clips.Count + missing} rows for {purpose} have no label in the column '{labels!.Label.Name}' (or one "
                + $"that its key type does not know); the first is {firstMissing}. Label them, or set SkipMissingLabels to leave "
                + "them out.");
        if (clips.Count == 0)
            throw host.Except($"There is no row for {purpose}{(missing > 0 ? $": all {missing} have no label" : "")}.");
        if (missing > 0)
        {
            using var channel = host.Start("Reading rows");
            channel.Warning($"{missing} rows for {purpose} without a label are left out; the first is {firstMissing}.");
        }
        return (clips, groups);
    }
}
