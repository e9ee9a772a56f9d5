using GardenerML.VideoMae;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GardenerML.Video;

/// <summary>Decodes the clip of a row into a vector.</summary>
internal sealed class ClipTensorMapper : IRowMapper
{
    private readonly ClipTensorTransformer _parent;
    private readonly DataViewSchema.Column _input;
    private readonly VideoClipDataViewType _clips;

    public ClipTensorMapper(ClipTensorTransformer parent, IHost host, DataViewSchema schema)
    {
        _parent = parent;
        if (schema.GetColumnOrNull(parent.InputColumnName) is not { } input)
            throw host.ExceptSchemaMismatch("inputSchema", ClipTensorTransformer.InputRole, parent.InputColumnName);
        _clips = input.Type as VideoClipDataViewType ?? throw host.ExceptSchemaMismatch(
            "inputSchema", ClipTensorTransformer.InputRole, parent.InputColumnName, ClipTensorTransformer.InputTypes, input.Type.ToString());
        _input = input;
    }

    private int ValueCount => checked(3 * _clips.FrameCount * _clips.Height * _clips.Width);

    public DataViewSchema.DetachedColumn[] GetOutputColumns()
    {
        var type = _parent.Options.Layout == ClipTensorLayout.Bytes
            ? new VectorDataViewType(_parent.ItemType, _clips.FrameCount, _clips.Height, _clips.Width, 3)
            : new VectorDataViewType(_parent.ItemType, 3, _clips.FrameCount, _clips.Height, _clips.Width);
        return [new(_parent.OutputColumnName, type, null)];
    }

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
        return
        [
            _parent.Options.Layout == ClipTensorLayout.Bytes
                ? Getter<byte>(input, static (frames, values) => frames.CopyTo(values))
                : Getter<float>(input, Normalise),
        ];
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => _parent.Save(ctx);

    private delegate void Fill<T>(ReadOnlySpan<byte> frames, Span<T> values);

    private ValueGetter<VBuffer<T>> Getter<T>(DataViewRow row, Fill<T> fill)
    {
        var getClip = row.GetGetter<VideoClip>(row.Schema[_input.Index]);
        return (ref VBuffer<T> target) =>
        {
            var clip = default(VideoClip);
            getClip(ref clip!);
            using var frames = ClipGeometry.Require(clip, row.Position, _clips.FrameCount, _clips.Height, _clips.Width).Read();
            var editor = VBufferEditor.Create(ref target, ValueCount);
            fill(frames.Pixels, editor.Values);
            target = editor.Commit();
        };
    }

    /// <summary>[T, H, W, 3] bytes -> [3, T, H, W], each (value / 255 - mean) / deviation.</summary>
    private void Normalise(ReadOnlySpan<byte> frames, Span<float> values)
    {
        var factors = PixelFactors.Of(_parent.Options.Mean, _parent.Options.StandardDeviation);
        var plane = frames.Length / 3;
        Channel(frames, values[..plane], factors.Scale.Red, factors.Offset.Red);
        Channel(frames[1..], values.Slice(plane, plane), factors.Scale.Green, factors.Offset.Green);
        Channel(frames[2..], values.Slice(2 * plane, plane), factors.Scale.Blue, factors.Offset.Blue);

        static void Channel(ReadOnlySpan<byte> source, Span<float> target, float scale, float offset)
        {
            for (var i = 0; i < target.Length; i++)
                target[i] = source[3 * i] * scale - offset;
        }
    }
}
