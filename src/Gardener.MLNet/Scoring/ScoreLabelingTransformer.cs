using System.Diagnostics.CodeAnalysis;
using GardenerML.Interop;
using GardenerML.Scoring;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(ScoreLabelingTransformer), null, typeof(SignatureLoadModel), "Label scores",
    ScoreLabelingTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(IRowMapper), typeof(ScoreLabelingTransformer), null, typeof(SignatureLoadRowMapper),
    "Label scores", ScoreLabelingTransformer.LoaderSignature)]

namespace GardenerML.Scoring;

/// <summary>The transformer of <see cref="ScoreLabelingEstimator"/>.</summary>
public sealed class ScoreLabelingTransformer : ITransformer
{
    internal const string LoaderSignature = "GardenerLabelScores";
    internal const string ScoreRole = "score";
    private const string NamesStream = "ClassNames";

    private readonly IHost _host;
    private readonly KeyNames _names;

    internal ScoreLabelingTransformer(
        IHostEnvironment env, KeyNames names, string predictedLabelColumnName, string scoreColumnName)
    {
        _host = env.Register(nameof(ScoreLabelingTransformer));
        _names = names;
        PredictedLabelColumnName = predictedLabelColumnName;
        ScoreColumnName = scoreColumnName;
    }

    /// <summary>The names of the classes, in the order of the scores.</summary>
    public IReadOnlyList<string> ClassNames => _names.Texts;

    /// <summary>The column of predicted labels.</summary>
    public string PredictedLabelColumnName { get; }

    /// <summary>The column of scores, which is given out again with the names of the classes.</summary>
    public string ScoreColumnName { get; }

    internal string ScoreTypes => $"Vector<Single> of {ClassNames.Count} scores";

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The schema of the data with the two columns.</summary>
    /// <param name="inputSchema">The schema of the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">The score column is missing or of another type or size.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return RowToRowMapperTransform.GetOutputSchema(inputSchema, new Mapper(this, inputSchema));
    }

    /// <summary>Adds the two columns.</summary>
    /// <param name="input">Data with the score column.</param>
    /// <exception cref="ArgumentOutOfRangeException">The score column is missing or of another type or size.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new RowToRowMapperTransform(_host, input, new Mapper(this, input.Schema), schema => new Mapper(this, schema));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new RowToRowMapperTransform(
            _host, new EmptyDataView(_host, inputSchema), new Mapper(this, inputSchema), schema => new Mapper(this, schema));
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(GetVersionInfo());
        ctx.SaveNonEmptyString(PredictedLabelColumnName);
        ctx.SaveNonEmptyString(ScoreColumnName);
        ctx.SaveBinaryStream(NamesStream, writer => _names.Save(_host, writer.BaseStream));
    }

    // ML.NET finds these two by name, parameter types and exact return type.
    private static ScoreLabelingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        var (predicted, scores) = (ctx.LoadNonEmptyString(), ctx.LoadNonEmptyString());
        KeyNames? names = null;
        if (!ctx.TryLoadBinaryStream(NamesStream, reader => names = KeyNames.Load(env, reader.BaseStream)))
            throw env.ExceptDecode("The model has no names of classes.");
        return new ScoreLabelingTransformer(env, names!, predicted, scores);
    }

    [SuppressMessage("Performance", "CA1859", Justification = "ML.NET finds the factory by this return type.")]
    private static IRowMapper Create(IHostEnvironment env, ModelLoadContext ctx, DataViewSchema inputSchema) =>
        new Mapper(Create(env, ctx), inputSchema);

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "GRDNLBSC",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(ScoreLabelingTransformer).Assembly.FullName);

    /// <summary>Reads the scores of a row.</summary>
    private sealed class Mapper : IRowMapper
    {
        private readonly ScoreLabelingTransformer _parent;
        private readonly DataViewSchema.Column _scores;
        private readonly ScoreColumns _added;

        public Mapper(ScoreLabelingTransformer parent, DataViewSchema schema)
        {
            _parent = parent;
            if (schema.GetColumnOrNull(parent.ScoreColumnName) is not { } scores)
                throw parent._host.ExceptSchemaMismatch("inputSchema", ScoreRole, parent.ScoreColumnName);
            // ONNX models with a batch of any size give vectors of a size that is not known.
            if (scores.Type is not VectorDataViewType vector || vector.ItemType != NumberDataViewType.Single
                || vector.IsKnownSize && vector.Size != parent.ClassNames.Count)
                throw parent._host.ExceptSchemaMismatch(
                    "inputSchema", ScoreRole, parent.ScoreColumnName, parent.ScoreTypes, scores.Type.ToString());
            _scores = scores;
            _added = new ScoreColumns(
                parent.ScoreColumnName, parent.PredictedLabelColumnName, parent.ClassNames.Count, parent._names);
        }

        public DataViewSchema.DetachedColumn[] GetOutputColumns() => _added.Columns;

        public Func<int, bool> GetDependencies(Func<int, bool> activeOutput)
        {
            var active = activeOutput(0) || activeOutput(1);
            return column => active && column == _scores.Index;
        }

        public Delegate[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action? disposer)
        {
            disposer = null;
            if (!activeOutput(0) && !activeOutput(1))
                return [null!, null!];
            var getScores = input.GetGetter<VBuffer<float>>(input.Schema[_scores.Index]);
            return [_added.Getter(0, Scores), _added.Getter(1, Scores)];

            float[] Scores()
            {
                var buffer = default(VBuffer<float>);
                getScores(ref buffer);
                return buffer.Length == _parent.ClassNames.Count
                    ? [.. buffer.DenseValues()]
                    : throw new InvalidOperationException(
                        $"Row {input.Position} has {buffer.Length} values in the column '{_scores.Name}'; there are "
                        + $"{_parent.ClassNames.Count} classes.");
            }
        }

        public void Save(ModelSaveContext ctx) => ((ICanSaveModel)_parent).Save(ctx);

        public ITransformer GetTransformer() => _parent;
    }
}
