using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GardenerML.Video;

/// <summary>Makes the clip of a row.</summary>
internal sealed class VideoLoadingMapper : IRowMapper
{
    private readonly VideoLoadingTransformer _parent;
    private readonly DataViewSchema.Column _input;
    private readonly bool _strict;

    /// <param name="parent">Says which columns and which frames.</param>
    /// <param name="host">Words the errors.</param>
    /// <param name="schema">The schema of the rows.</param>
    /// <param name="strict">Whether a missing file is an error as soon as the row's clip is asked for.</param>
    public VideoLoadingMapper(VideoLoadingTransformer parent, IHost host, DataViewSchema schema, bool strict)
    {
        _parent = parent;
        _strict = strict;
        if (schema.GetColumnOrNull(parent.InputColumnName) is not { } input)
            throw host.ExceptSchemaMismatch("inputSchema", VideoLoadingTransformer.InputRole, parent.InputColumnName);
        bool bytes = input.Type is VectorDataViewType vector && vector.ItemType == NumberDataViewType.Byte;
        if (!bytes && input.Type is not TextDataViewType)
            throw host.ExceptSchemaMismatch("inputSchema", VideoLoadingTransformer.InputRole, parent.InputColumnName,
                VideoLoadingTransformer.InputTypes, input.Type.ToString());
        _input = input;
    }

    public DataViewSchema.DetachedColumn[] GetOutputColumns() =>
        [new(_parent.OutputColumnName, _parent.ClipType, null)];

    public ITransformer GetTransformer() => _parent;

    public Func<int, bool> GetDependencies(Func<int, bool> activeOutput)
    {
        bool active = activeOutput(0);
        return column => active && column == _input.Index;
    }

    public Delegate[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action? disposer)
    {
        disposer = null;
        if (!activeOutput(0))
            return [null!];
        return [_input.Type is TextDataViewType ? FromPath(input) : FromBytes(input)];
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => _parent.Save(ctx);

    private ValueGetter<VideoClip> FromPath(DataViewRow row)
    {
        var getPath = row.GetGetter<ReadOnlyMemory<char>>(row.Schema[_input.Index]);
        ReadOnlyMemory<char> text = default;
        return (ref VideoClip clip) =>
        {
            getPath(ref text);
            string path = text.ToString();
            if (_parent.Folder is { } folder && !string.IsNullOrWhiteSpace(path))
                path = Path.Combine(folder, path);
            if (_strict)
                VideoFile.RequireExists(path, $"Row {row.Position}, column '{_input.Name}'");
            clip = new VideoClip(new FileClipSource(path), _parent.Options);
        };
    }

    private ValueGetter<VideoClip> FromBytes(DataViewRow row)
    {
        var getBytes = row.GetGetter<VBuffer<byte>>(row.Schema[_input.Index]);
        VBuffer<byte> bytes = default;
        return (ref VideoClip clip) =>
        {
            getBytes(ref bytes);
            // A copy: the row's buffer is filled anew by the next row, and the clip outlives this one.
            var copy = new byte[bytes.Length];
            bytes.CopyTo(copy);
            clip = new VideoClip(new EncodedClipSource(copy), _parent.Options);
        };
    }
}
