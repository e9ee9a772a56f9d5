using System.Collections.Concurrent;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GardenerML.Video;

/// <summary>The rows of a view whose video can be read.</summary>
/// <remarks>
/// The first pass reads each video once, and hands the decoded frames on with the row. What it found is remembered, so
/// every later
/// pass has the same rows, whatever columns it asks for and in whatever order, without reading the video again.
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
            _clip?.Release();
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

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _clip?.Release();
            base.Dispose(disposing);
        }

        private VideoReadException? Try(VideoClip clip)
        {
            try
            {
                var frames = clip.Read();
                if (_clipActive)
                    clip.Keep(frames);
                else
                    frames.Dispose();
                return null;
            }
            catch (VideoReadException e)
            {
                return e;
            }
        }
    }
}
