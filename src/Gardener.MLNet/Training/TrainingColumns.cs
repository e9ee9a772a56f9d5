using GardenerML.Interop;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GardenerML.Training;

/// <summary>The columns that a classifier learns from, found and checked before any row is read.</summary>
/// <param name="Label">The label; a key.</param>
/// <param name="ClassCount">How many values the key type has.</param>
/// <param name="Video">The clips.</param>
/// <param name="ClipType">Their geometry.</param>
/// <param name="Group">What must not be divided between training and validation; null for nothing.</param>
internal sealed record TrainingColumns(
    DataViewSchema.Column Label,
    int ClassCount,
    DataViewSchema.Column Video,
    VideoClipDataViewType ClipType,
    DataViewSchema.Column? Group)
{
    internal const string LabelRole = "label";
    internal const string ClipRole = "clip";
    internal const string GroupRole = "group";
    internal const string LabelType = "key, as MapValueToKey makes it";
    internal const string ClipTypes = "clip of square frames, as LoadVideo makes it";
    internal const string GroupType = "text, number or key";

    private const int MostClasses = 100_000;

    public IEnumerable<DataViewSchema.Column> All => Group is { } group ? [Label, Video, group] : [Label, Video];

    /// <summary>Finds the columns of the training data.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is absent or of another type.</exception>
    public static TrainingColumns Find(IHost host, DataViewSchema schema, VideoClassifierOptions options)
    {
        var label = Column(LabelRole, options.LabelColumnName);
        var video = Column(ClipRole, options.VideoColumnName);
        var group = options.SplitColumnName is { } name ? Column(GroupRole, name) : (DataViewSchema.Column?)null;
        if (label.Type is not KeyDataViewType key)
            throw host.ExceptSchemaMismatch(nameof(schema), LabelRole, label.Name, LabelType, label.Type.ToString());
        if (video.Type is not VideoClipDataViewType clips || clips.Height != clips.Width)
            throw host.ExceptSchemaMismatch(nameof(schema), ClipRole, video.Name, ClipTypes, video.Type.ToString());
        if (group?.Type is not (null or PrimitiveDataViewType))
            throw host.ExceptSchemaMismatch(nameof(schema), GroupRole, group.Value.Name, GroupType, group.Value.Type.ToString());
        // The number of classes is the key type's, not that of the labels that happen to occur: a fold may lack a class.
        if (key.Count is < 1 or > MostClasses)
            throw host.Except(
                $"The key type of the label column '{label.Name}' has {key.Count} values; it must have 1 to {MostClasses}, one a class.");
        return new TrainingColumns(label, (int)key.Count, video, clips, group);

        DataViewSchema.Column Column(string role, string name) =>
            schema.GetColumnOrNull(name) ?? throw host.ExceptSchemaMismatch(nameof(schema), role, name);
    }

    /// <summary>Finds the same columns in the validation data, and checks that they mean the same there.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is absent or of another type.</exception>
    /// <exception cref="InvalidOperationException">The keys of the labels are others.</exception>
    public TrainingColumns FindIn(IHost host, DataViewSchema validation, VideoClassifierOptions options)
    {
        var found = Find(host, validation, options with { GroupColumnName = null });
        if (!found.ClipType.Equals(ClipType))
            throw host.ExceptSchemaMismatch(
                nameof(VideoClassifierOptions.ValidationSet), ClipRole, found.Video.Name, ClipType.ToString(), found.ClipType.ToString());
        // Keys made by another fit number the same names otherwise: every metric would be wrong and none would say so.
        var (names, others) = (KeyNames.FromColumn(Label)?.Texts, KeyNames.FromColumn(found.Label)?.Texts);
        if (found.ClassCount != ClassCount || (names is not null && others is not null && !names.SequenceEqual(others)))
            throw host.Except(
                $"The label column '{Label.Name}' of the ValidationSet has other keys than that of the training data. Transform both "
                + "sets by the same fitted MapValueToKey.");
        return found;
    }
}
