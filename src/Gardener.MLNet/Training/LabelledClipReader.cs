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
    /// <param name="data">The rows.</param>
    /// <param name="options">Names of the columns, and what to do with missing labels.</param>
    /// <param name="classCount">How many values the label's key type has.</param>
    /// <param name="groups">What each row's group column holds; empty where none is asked for.</param>
    /// <exception cref="InvalidOperationException">Labels are missing and may not be skipped, or no row is left.</exception>
    public static List<LabelledClip> Read(
        IHost host, IDataView data, VideoClassifierOptions options, int classCount, out List<string> groups)
    {
        var label = Column(host, data.Schema, "label", options.LabelColumnName);
        var video = Column(host, data.Schema, "clip", options.VideoColumnName);
        var group = options.GroupColumnName is { } name ? Column(host, data.Schema, "group", name) : (DataViewSchema.Column?)null;
        DataViewSchema.Column[] needed = group is { } present ? [label, video, present] : [label, video];

        var clips = new List<LabelledClip>();
        groups = [];
        var missing = 0;
        string? firstMissing = null;
        using var cursor = data.GetRowCursor(needed);
        var getLabel = RowCursorUtils.GetLabelGetter(cursor, label.Index);
        var getClip = cursor.GetGetter<VideoClip>(video);
        var getGroup = group is { } column ? RowCursorUtils.GetGetterAsStringBuilder(cursor, column.Index) : null;
        var text = new System.Text.StringBuilder();
        while (cursor.MoveNext())
        {
            options.Cancellation.ThrowIfCancellationRequested();
            float value = float.NaN;
            getLabel(ref value);
            var clip = default(VideoClip);
            getClip(ref clip!);
            if (float.IsNaN(value) || value >= classCount)
            {
                missing++;
                firstMissing ??= $"row {cursor.Position}" + (clip?.Path is { } path ? $", {path}" : "");
                continue;
            }
            clips.Add(new LabelledClip(clip, (int)value));
            if (getGroup is not null)
            {
                getGroup(ref text);
                groups.Add(text.ToString());
            }
        }

        if (missing > 0 && !options.SkipMissingLabels)
            throw host.Except(
                $"{missing} of {clips.Count + missing} rows have no label in the column '{options.LabelColumnName}' (or one that its key "
                + $"type does not know); the first is {firstMissing}. Label them, or set SkipMissingLabels to leave them out.");
        if (clips.Count == 0)
            throw host.Except($"There is no row to train on{(missing > 0 ? $": all {missing} have no label" : "")}.");
        if (missing > 0)
        {
            using var channel = host.Start("Reading rows");
            channel.Warning($"{missing} rows without a label are left out; the first is {firstMissing}.");
        }
        return clips;
    }

    public static DataViewSchema.Column Column(IHost host, DataViewSchema schema, string role, string name) =>
        schema.GetColumnOrNull(name) ?? throw host.ExceptSchemaMismatch(nameof(schema), role, name);
}
