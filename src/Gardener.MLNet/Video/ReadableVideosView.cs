using System.Collections.Concurrent;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GardenerML.Video;

/// <summary>The rows of a view whose video can be read.</summary>
/// <remarks>
/// The first pass opens each video and decodes its first frame, and no more; whoever uses the clip decodes it, in parallel
/// if it likes. What was found is remembered, so every later pass has the same rows, whatever columns it asks for and in
/// whatever order, without opening the video again. A video that is damaged or cut off behind its first frame is kept: its
/// clip is made of the frames before the damage. A fault that comes to light only there (frames that become too large,
/// a file that is deleted meanwhile) is an exception when the clip is read.
/// </remarks>
internal sealed class ReadableVideosView(IHost host, IDataView source, string clipColumnName) : IDataView
{
    private readonly ConcurrentDictionary<string, VideoReadException?> _faults = new();
    private long _totalTold;

    public DataViewSchema Schema => source.Schema;

    public bool CanShuffle => source.CanShuffle;

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = new bool[Schema.Count];
        foreach (var column in columnsNeeded)
            active[column.Index] = true;
        var clipColumn = Schema[clipColumnName];
        var needed = Schema.Where(column => active[column.Index] || column.Index == clipColumn.Index);
        var input = source.GetRowCursor(needed, rand);
        return new Cursor(this, host, input, clipColumn, active);
    }

    public DataViewRowCursor[] GetRowCursorSet(
        IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : LinkedRowFilterCursorBase
    {
        private readonly ReadableVideosView _view;
        private readonly int _clipIndex;
        private readonly bool _clipActive;
        private readonly ValueGetter<VideoClip> _getClip;
        private VideoClip? _clip;
        private long _seen;
        private long _skipped;
        private VideoReadException? _firstFault;

        public Cursor(
            ReadableVideosView view,
            IHost host,
            DataViewRowCursor input,
            DataViewSchema.Column clipColumn,
            bool[] active)
            : base(host, input, view.Schema, active)
        {
            _view = view;
            _clipIndex = clipColumn.Index;
            _clipActive = active[_clipIndex];
            _getClip = input.GetGetter<VideoClip>(clipColumn);
        }

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (column.Index != _clipIndex || !_clipActive)
                return base.GetGetter<TValue>(column);
            ValueGetter<VideoClip> get = (ref VideoClip clip) => clip = _clip!;
            return get as ValueGetter<TValue>
                ?? throw Ch.Except(
                    $"Column '{column.Name}' has values of type {typeof(VideoClip)}, not {typeof(TValue)}.");
        }

        protected override bool Accept()
        {
            _getClip(ref _clip!);
            _seen++;
            if (!_view._faults.TryGetValue(_clip.Key, out var fault))
            {
                fault = Try(_clip);
                if (_view._faults.TryAdd(_clip.Key, fault) && fault is not null)
                    Ch.Warning($"Row {Input.Position} is left out. {fault.Message}");
            }
            if (fault is null)
                return true;
            _skipped++;
            _firstFault ??= fault;
            return false;
        }

        protected override bool MoveNextCore()
        {
            if (base.MoveNextCore())
                return true;
            if (_skipped > 0 && Interlocked.Exchange(ref _view._totalTold, _skipped) != _skipped)
                Ch.Warning($"{_skipped} of {_seen} rows are left out because their video cannot be read.");
            if (_firstFault is { } first && _skipped == _seen)
                throw new VideoReadException(first.Reason, first.Path,
                    $"None of the {_seen} videos can be read. The first: {first.Message}", first);
            return false;
        }

        private static VideoReadException? Try(VideoClip clip)
        {
            try
            {
                clip.Probe();
                return null;
            }
            catch (VideoReadException e)
            {
                return e;
            }
        }
    }
}
