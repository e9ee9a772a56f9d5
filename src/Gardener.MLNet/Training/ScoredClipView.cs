using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GardenerML.Training;

/// <summary>
/// A data view with the scores of its clips. Two cursors walk over the input side by side: one runs ahead, so that clips are
/// decoded on other threads and scored in batches; the other gives the columns that pass through.
/// </summary>
internal sealed class ScoredClipView : IDataView
{
    private readonly IDataView _input;
    private readonly ClipScorer _scorer;
    private readonly DataViewSchema.Column _clips;
    private readonly int _batchSize;
    private readonly ColumnBindings _bindings;

    public ScoredClipView(
        IDataView input, DataViewSchema.Column clips, DataViewSchema.DetachedColumn[] added, ClipScorer scorer, int batchSize)
    {
        _input = input;
        _clips = clips;
        _scorer = scorer;
        _batchSize = batchSize;
        _bindings = new ColumnBindings(input.Schema, added);
    }

    public DataViewSchema Schema => _bindings.Schema;

    public bool CanShuffle => false;

    public long? GetRowCount() => _input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = columnsNeeded.Select(column => column.Index).ToHashSet();
        var passed = active.Select(index => (Index: _bindings.MapColumnIndex(out var fromInput, index), fromInput))
            .Where(column => column.fromInput)
            .Select(column => _input.Schema[column.Index]);
        var scored = active.Any(IsAdded);
        return new Cursor(this, active, _input.GetRowCursor(passed), scored ? Scores().GetEnumerator() : null);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private bool IsAdded(int column)
    {
        _bindings.MapColumnIndex(out var fromInput, column);
        return !fromInput;
    }

    private IEnumerable<float[]> Scores()
    {
        var threads = Environment.ProcessorCount;
        var decoded = OrderedPrefetch.Run(
            Clips(), clip => clip.Read(CancellationToken.None), threads, Math.Max(2 * _batchSize, 2 * threads),
            CancellationToken.None);
        foreach (var batch in decoded.Chunk(_batchSize))
        {
            float[][] scores;
            try
            {
                scores = _scorer.Score(batch);
            }
            finally
            {
                foreach (var frames in batch)
                    frames.Dispose();
            }
            foreach (var row in scores)
                yield return row;
        }
    }

    private IEnumerable<VideoClip> Clips()
    {
        using var cursor = _input.GetRowCursor([_clips]);
        var getClip = cursor.GetGetter<VideoClip>(_clips);
        while (cursor.MoveNext())
        {
            var clip = default(VideoClip);
            getClip(ref clip!);
            yield return clip;
        }
    }

    private sealed class Cursor(
        ScoredClipView view, HashSet<int> active, DataViewRowCursor input, IEnumerator<float[]>? scores) : DataViewRowCursor
    {
        public override DataViewSchema Schema => view.Schema;

        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override bool MoveNext()
        {
            var more = input.MoveNext();
            if (scores is not null && scores.MoveNext() != more)
                throw Contracts.Except("The input gave a different number of rows to two cursors.");
            return more;
        }

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Contracts.CheckParam(IsColumnActive(column), nameof(column), $"The column '{column.Name}' is not active.");
            var index = view._bindings.MapColumnIndex(out var fromInput, column.Index);
            if (fromInput)
                return input.GetGetter<TValue>(input.Schema[index]);
            Delegate getter = index == ScoreColumns.Score
                ? (ValueGetter<VBuffer<float>>)GetScore
                : (ValueGetter<uint>)GetPredictedLabel;
            return getter as ValueGetter<TValue>
                ?? throw Contracts.Except($"The column '{column.Name}' has no values of type {typeof(TValue).Name}.");
        }

        private void GetScore(ref VBuffer<float> target) => CopyScores(scores!.Current, ref target);

        private void GetPredictedLabel(ref uint target) => target = ScoreColumns.KeyOf(scores!.Current);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                scores?.Dispose();
                input.Dispose();
            }
            base.Dispose(disposing);
        }
    }

    internal static void CopyScores(float[] scores, ref VBuffer<float> target)
    {
        var editor = VBufferEditor.Create(ref target, scores.Length);
        scores.CopyTo(editor.Values);
        target = editor.Commit();
    }
}
