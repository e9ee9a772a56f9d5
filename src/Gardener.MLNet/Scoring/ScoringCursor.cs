using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GardenerML.Scoring;

/// <summary>
/// Walks over the rows with their scores. It reads rows ahead, so that clips are decoded on other threads and scored in batches,
/// and keeps the values of the columns that pass through until their row's turn comes.
/// </summary>
/// <remarks>
/// One cursor over the input and no second one beside it: rows that a program makes as it goes (LoadFromEnumerable) may come in
/// another order, or be others, the second time.
/// </remarks>
internal sealed class ScoringCursor : DataViewRowCursor
{
    private readonly DataViewRowCursor _input;
    private readonly DataViewSchema.Column _clips;
    private readonly ClipScorer _scorer;
    private readonly int _batchSize;
    private readonly Dictionary<int, int> _passedIndex = [];
    private readonly List<PassedColumn> _passed = [];
    private readonly AddedColumns _added;
    private readonly IReadOnlyDictionary<int, int> _addedIndex;
    private readonly IEnumerator<ScoredRow> _rows;
    private ScoredRow? _current;

    /// <param name="schema">The schema of the view.</param>
    /// <param name="passed">The active columns of the view that come from the input, with their columns there.</param>
    /// <param name="added">The columns that the model adds.</param>
    /// <param name="active">The active columns of the view that are of <paramref name="added"/>, with their numbers there.</param>
    /// <param name="input">The rows; the clips and the passed columns are active.</param>
    /// <param name="clips">The input's column of clips.</param>
    /// <param name="scorer">The model.</param>
    /// <param name="batchSize">Clips that are scored at a time.</param>
    public ScoringCursor(
        DataViewSchema schema,
        IReadOnlyDictionary<int, DataViewSchema.Column> passed,
        AddedColumns added,
        IReadOnlyDictionary<int, int> active,
        DataViewRowCursor input,
        DataViewSchema.Column clips,
        ClipScorer scorer,
        int batchSize)
    {
        Schema = schema;
        _input = input;
        _clips = clips;
        _scorer = scorer;
        _batchSize = batchSize;
        (_added, _addedIndex) = (added, active);
        foreach (var (index, column) in passed)
        {
            _passedIndex.Add(index, _passed.Count);
            _passed.Add(PassedColumn.Of(input, column));
        }
        _rows = Score().GetEnumerator();
    }

    public override DataViewSchema Schema { get; }

    public override long Position => _current?.Row.Position ?? -1;

    public override long Batch => _current?.Row.Batch ?? 0;

    private ScoredRow Current => _current ?? throw Contracts.Except("The cursor does not stand on a row.");

    public override bool IsColumnActive(DataViewSchema.Column column) =>
        _passedIndex.ContainsKey(column.Index) || _addedIndex.ContainsKey(column.Index);

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = Current.Row.Id;

    public override bool MoveNext()
    {
        var more = _rows.MoveNext();
        _current = more ? _rows.Current : null;
        return more;
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        Contracts.CheckParam(IsColumnActive(column), nameof(column), $"The column '{column.Name}' is not active.");
        return Getter(column.Index) as ValueGetter<TValue>
            ?? throw Contracts.Except($"The column '{column.Name}' has no values of type {typeof(TValue).Name}.");
    }

    private Delegate Getter(int column)
    {
        if (_passedIndex.TryGetValue(column, out var passed))
            return _passed[passed].Getter(() => Current.Row.Values[passed]);
        return _added.Getter(_addedIndex[column], () => Current.Scores);
    }

    private IEnumerable<ScoredRow> Score()
    {
        var threads = Environment.ProcessorCount;
        var decoded = OrderedPrefetch.Run(
            Read(), (row, abandoned) => new DecodedRow(row, _scorer.Decode(row.Clip, row.Position, abandoned)), threads,
            Math.Max(2 * _batchSize, 2 * threads), CancellationToken.None);
        foreach (var batch in decoded.Chunk(_batchSize))
        {
            float[][] scores;
            try
            {
                scores = _scorer.Score([.. batch.Select(row => row.Frames)]);
            }
            finally
            {
                foreach (var row in batch)
                    row.Dispose();
            }
            for (var i = 0; i < batch.Length; i++)
                yield return new ScoredRow(batch[i].Row, scores[i]);
        }
    }

    private IEnumerable<ReadRow> Read()
    {
        var getClip = _input.GetGetter<VideoClip>(_clips);
        var getId = _input.GetIdGetter();
        while (_input.MoveNext())
        {
            var clip = default(VideoClip);
            getClip(ref clip!);
            var id = default(DataViewRowId);
            getId(ref id);
            yield return new ReadRow(clip, _input.Position, _input.Batch, id, [.. _passed.Select(column => column.Take())]);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _rows.Dispose();
            _input.Dispose();
        }
        base.Dispose(disposing);
    }

    private sealed record ReadRow(VideoClip? Clip, long Position, long Batch, DataViewRowId Id, object[] Values);

    private sealed record DecodedRow(ReadRow Row, VideoFrames Frames) : IDisposable
    {
        public void Dispose() => Frames.Dispose();
    }

    private sealed record ScoredRow(ReadRow Row, float[] Scores);
}
