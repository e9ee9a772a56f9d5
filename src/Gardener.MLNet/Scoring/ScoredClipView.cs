using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GardenerML.Scoring;

/// <summary>A data view with the scores of its clips, which are computed only where a cursor asks for them.</summary>
internal sealed class ScoredClipView : IDataView
{
    private readonly IDataView _input;
    private readonly AddedColumns _added;
    private readonly ClipScorer _scorer;
    private readonly DataViewSchema.Column _clips;
    private readonly int _batchSize;
    private readonly ColumnBindings _bindings;

    public ScoredClipView(
        IDataView input, DataViewSchema.Column clips, AddedColumns added, ClipScorer scorer, int batchSize)
    {
        _input = input;
        _clips = clips;
        _added = added;
        _scorer = scorer;
        _batchSize = batchSize;
        _bindings = new ColumnBindings(input.Schema, added.Columns);
    }

    public DataViewSchema Schema => _bindings.Schema;

    public bool CanShuffle => _input.CanShuffle;

    public long? GetRowCount() => _input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var passed = new Dictionary<int, DataViewSchema.Column>();
        var added = new Dictionary<int, int>();
        foreach (var index in columnsNeeded.Select(column => column.Index).Distinct())
        {
            var source = _bindings.MapColumnIndex(out var fromInput, index);
            if (fromInput)
                passed.Add(index, _input.Schema[source]);
            else
                added.Add(index, source);
        }
        if (added.Count == 0)
            return new PassingCursor(Schema, passed, _input.GetRowCursor(passed.Values, rand));
        var needed = passed.Values.Where(column => column.Index != _clips.Index).Append(_clips);
        return new ScoringCursor(Schema, passed, _added, added, _input.GetRowCursor(needed, rand), _clips, _scorer, _batchSize);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    /// <summary>The input's own rows, for those who ask for no score.</summary>
    private sealed class PassingCursor(
        DataViewSchema schema, Dictionary<int, DataViewSchema.Column> passed, DataViewRowCursor input) : DataViewRowCursor
    {
        public override DataViewSchema Schema => schema;

        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override bool IsColumnActive(DataViewSchema.Column column) => passed.ContainsKey(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override bool MoveNext() => input.MoveNext();

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Contracts.CheckParam(IsColumnActive(column), nameof(column), $"The column '{column.Name}' is not active.");
            return input.GetGetter<TValue>(passed[column.Index]);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                input.Dispose();
            base.Dispose(disposing);
        }
    }
}
