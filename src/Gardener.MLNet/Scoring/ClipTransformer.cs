using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GardenerML.Scoring;

/// <summary>
/// A fitted model of clips: adds columns to data with a clip column, and is saved in a model zip with all that scoring needs.
/// </summary>
/// <remarks>
/// Owns the native memory of the weights: dispose it when it is no longer used. Transforming is safe from several threads; a
/// <see cref="PredictionEngine{TSrc, TDst}"/> over it is not, as always in ML.NET.
/// </remarks>
public abstract class ClipTransformer : ITransformer, IDisposable
{
    private readonly IHost _host;
    private readonly ClipScorer _scorer;
    private readonly string _videoColumnName;
    private readonly int _batchSize;

    private protected ClipTransformer(IHostEnvironment environment, string name, ClipScorer scorer, string videoColumnName, int batchSize)
    {
        _host = environment.Register(name);
        (_scorer, _videoColumnName, _batchSize) = (scorer, videoColumnName, batchSize);
    }

    /// <summary>
    /// Where models that are loaded from now on compute. <c>mlContext.Model.Load</c> has no place for such a choice, so it is the
    /// process's; a model that is fitted computes where it was trained.
    /// </summary>
    public static ComputeDevice LoadingDevice { get; set; }

    private protected IHost Host => _host;

    private protected abstract AddedColumns Added { get; }

    bool ITransformer.IsRowToRowMapper => true;

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) =>
        RowToRowMapperTransform.GetOutputSchema(inputSchema, new Mapper(this, inputSchema));

    /// <summary>Adds the columns; nothing is decoded or scored before a cursor asks for them.</summary>
    /// <param name="input">Data with the clip column.</param>
    /// <exception cref="ArgumentOutOfRangeException">The clip column is absent, or its clips are not of the model's size.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public IDataView Transform(IDataView input)
    {
        _host.CheckValue(input, nameof(input));
        _scorer.ThrowIfDisposed();
        return new ScoredClipView(input, ClipColumn(input.Schema), Added, _scorer, _batchSize);
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        return new RowToRowMapperTransform(
            _host, new EmptyDataView(_host, inputSchema), new Mapper(this, inputSchema), schema => new Mapper(this, schema));
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        _host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel();
        _scorer.ThrowIfDisposed();
        Save(ctx);
    }

    private protected abstract void Save(ModelSaveContext ctx);

    private protected IRowMapper MapperOf(DataViewSchema inputSchema) => new Mapper(this, inputSchema);

    /// <summary>Frees the native memory of the weights.</summary>
    public void Dispose()
    {
        _scorer.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The column of clips.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is absent, or its clips are not of the model's size.</exception>
    internal DataViewSchema.Column ClipColumn(DataViewSchema schema)
    {
        var configuration = _scorer.Configuration;
        var wanted = new VideoClipDataViewType(configuration.FrameCount, configuration.ImageSize, configuration.ImageSize);
        var column = schema.GetColumnOrNull(_videoColumnName)
            ?? throw _host.ExceptSchemaMismatch(nameof(schema), "clip", _videoColumnName, wanted.ToString(), "no such column");
        return column.Type.Equals(wanted)
            ? column
            : throw _host.ExceptSchemaMismatch(nameof(schema), "clip", _videoColumnName, wanted.ToString(), column.Type.ToString());
    }

    /// <summary>Scores row by row, for a prediction engine.</summary>
    private sealed class Mapper(ClipTransformer parent, DataViewSchema inputSchema) : IRowMapper
    {
        private readonly DataViewSchema.Column _clips = parent.ClipColumn(inputSchema);
        private readonly AddedColumns _added = parent.Added;

        public DataViewSchema.DetachedColumn[] GetOutputColumns() => _added.Columns;

        public Func<int, bool> GetDependencies(Func<int, bool> activeOutput)
        {
            var active = Enumerable.Range(0, _added.Columns.Length).Any(activeOutput);
            return column => active && column == _clips.Index;
        }

        public Delegate[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action? disposer)
        {
            disposer = null;
            var getters = new Delegate[_added.Columns.Length];
            if (!Enumerable.Range(0, getters.Length).Any(activeOutput))
                return getters;

            var getClip = input.GetGetter<VideoClip>(_clips);
            var scoredPosition = -1L;
            float[] scores = [];
            for (var column = 0; column < getters.Length; column++)
                getters[column] = _added.Getter(column, Scores);
            return getters;

            float[] Scores()
            {
                if (scoredPosition != input.Position)
                {
                    var clip = default(VideoClip);
                    getClip(ref clip!);
                    using var frames = parent._scorer.Decode(clip, input.Position, CancellationToken.None);
                    scores = parent._scorer.Score([frames])[0];
                    scoredPosition = input.Position;
                }
                return scores;
            }
        }

        public void Save(ModelSaveContext ctx) => ((ICanSaveModel)parent).Save(ctx);

        public ITransformer GetTransformer() => parent;
    }
}
