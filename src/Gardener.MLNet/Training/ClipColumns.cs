using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GardenerML.Training;

/// <summary>The columns of clips that a model learns from, found and checked before any row is read.</summary>
/// <param name="Video">The clips.</param>
/// <param name="ClipType">Their geometry.</param>
/// <param name="Group">What must not be divided between training and validation; null for nothing.</param>
internal record ClipColumns(DataViewSchema.Column Video, VideoClipDataViewType ClipType, DataViewSchema.Column? Group)
{
    internal const string ClipRole = "clip";
    internal const string GroupRole = "group";
    internal const string ClipTypes = "clip of square frames, as LoadVideo makes it";
    internal const string GroupType = "text, number or key";

    public virtual IEnumerable<DataViewSchema.Column> All => Group is { } group ? [Video, group] : [Video];

    /// <summary>Finds the columns of the training data.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is absent or of another type.</exception>
    public static ClipColumns Find(IHost host, DataViewSchema schema, VideoTrainingOptions options)
    {
        var video = Column(host, schema, ClipRole, options.VideoColumnName);
        var group = options.SplitColumnName is { } name ? Column(host, schema, GroupRole, name) : (DataViewSchema.Column?)null;
        if (video.Type is not VideoClipDataViewType clips || clips.Height != clips.Width)
            throw host.ExceptSchemaMismatch(nameof(schema), ClipRole, video.Name, ClipTypes, video.Type.ToString());
        if (group?.Type is not (null or PrimitiveDataViewType))
            throw host.ExceptSchemaMismatch(nameof(schema), GroupRole, group.Value.Name, GroupType, group.Value.Type.ToString());
        return new ClipColumns(video, clips, group);
    }

    /// <summary>Checks the columns of the training data before there is data.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is absent or of another type.</exception>
    public static void Check(IHost host, SchemaShape schema, VideoTrainingOptions options)
    {
        var video = Column(ClipRole, options.VideoColumnName);
        if (video.ItemType is not VideoClipDataViewType clips || clips.Height != clips.Width)
            throw Mismatch(ClipRole, video, ClipTypes);
        if (options.SplitColumnName is { } name && Column(GroupRole, name) is var group
            && (group.Kind != SchemaShape.Column.VectorKind.Scalar || group.ItemType is not PrimitiveDataViewType))
            throw Mismatch(GroupRole, group, GroupType);

        SchemaShape.Column Column(string role, string name) => schema.TryFindColumn(name, out var column)
            ? column
            : throw host.ExceptSchemaMismatch(nameof(schema), role, name);

        Exception Mismatch(string role, SchemaShape.Column column, string expected) =>
            host.ExceptSchemaMismatch(nameof(schema), role, column.Name, expected, column.GetTypeString());
    }

    /// <summary>Finds the same columns in the validation data, and checks that their clips are alike.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is absent or of another type.</exception>
    public void RequireSameClips(IHost host, ClipColumns validation)
    {
        if (!validation.ClipType.Equals(ClipType))
            throw host.ExceptSchemaMismatch(
                nameof(VideoTrainingOptions.ValidationSet), ClipRole, validation.Video.Name, ClipType.ToString(),
                validation.ClipType.ToString());
    }

    /// <summary>A column that must be there.</summary>
    protected static DataViewSchema.Column Column(IHost host, DataViewSchema schema, string role, string name) =>
        schema.GetColumnOrNull(name) ?? throw host.ExceptSchemaMismatch(nameof(schema), role, name);
}
