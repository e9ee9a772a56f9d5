using System.Text.Json;
using GardenerML.Pruning;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(PruningTransformer), null, typeof(SignatureLoadModel),
    "Gardener pruning", PruningTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(IRowMapper), typeof(PruningTransformer), null, typeof(SignatureLoadRowMapper),
    "Gardener pruning", PruningTransformer.LoaderSignature)]

namespace GardenerML.Pruning;

/// <summary>Passes rows through and carries the <see cref="PruningPlan"/>, in memory and in a saved model.</summary>
public sealed class PruningTransformer : RowToRowTransformerBase
{
    internal const string LoaderSignature = "GardenerPruning";
    internal const string PlanAnnotation = "PruningPlan";
    internal const string CheckpointAnnotation = "PruningCheckpoint";

    private readonly string _columnName;

    internal PruningTransformer(IHostEnvironment environment, string columnName, PruningPlan plan)
        : base(environment.Register(nameof(PruningTransformer)))
    {
        _columnName = columnName;
        Plan = plan;
    }

    /// <summary>What is removed and why.</summary>
    public PruningPlan Plan { get; }

    /// <summary>The plan that a clip column carries; null when it carries none.</summary>
    internal static PruningPlan? PlanOf(DataViewSchema.Column column)
    {
        if (Text(PlanAnnotation) is not { } json)
            return null;
        var path = Text(CheckpointAnnotation);
        return PruningPlan.FromJson(json) with { CheckpointPath = string.IsNullOrEmpty(path) ? null : path };

        string? Text(string kind)
        {
            if (column.Annotations.Schema.GetColumnOrNull(kind) is null)
                return null;
            ReadOnlyMemory<char> text = default;
            column.Annotations.GetValue(kind, ref text);
            return text.ToString();
        }
    }

    /// <inheritdoc/>
    protected override void SaveModel(ModelSaveContext ctx)
    {
        Host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel();
        ctx.SetVersionInfo(GetVersionInfo());

        // *** Binary format ***
        // string: name of the clip column
        // string: the plan, as JSON
        ctx.SaveNonEmptyString(_columnName);
        ctx.SaveNonEmptyString(Plan.ToJson());
    }

    private static PruningTransformer Create(IHostEnvironment environment, ModelLoadContext ctx)
    {
        Contracts.CheckValue(environment, nameof(environment));
        environment.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel(GetVersionInfo());
        var columnName = ctx.LoadNonEmptyString();
        try
        {
            return new PruningTransformer(environment, columnName, PruningPlan.FromJson(ctx.LoadNonEmptyString()));
        }
        catch (JsonException e)
        {
            throw environment.ExceptDecode(e, "The pruning plan is damaged.");
        }
    }

    // Factory method for SignatureLoadRowMapper.
    private static IRowMapper Create(IHostEnvironment environment, ModelLoadContext ctx, DataViewSchema inputSchema) =>
        Create(environment, ctx).MakeRowMapper(inputSchema);

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "GRDNPRUN",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(PruningTransformer).Assembly.FullName);

    /// <inheritdoc/>
    protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    /// <summary>Puts the same clips into a column of the same name that has the plan as annotations.</summary>
    private sealed class Mapper(PruningTransformer parent, DataViewSchema inputSchema) : IRowMapper
    {
        private readonly DataViewSchema.Column _clips = inputSchema.GetColumnOrNull(parent._columnName)
            ?? throw parent.Host.ExceptSchemaMismatch(nameof(inputSchema), "clip", parent._columnName);

        public DataViewSchema.DetachedColumn[] GetOutputColumns()
        {
            var annotations = new DataViewSchema.Annotations.Builder();
            annotations.Add(_clips.Annotations, kind => kind is not (PlanAnnotation or CheckpointAnnotation));
            Add(PlanAnnotation, parent.Plan.ToJson());
            Add(CheckpointAnnotation, parent.Plan.CheckpointPath ?? "");
            return [new DataViewSchema.DetachedColumn(_clips.Name, _clips.Type, annotations.ToAnnotations())];

            void Add(string kind, string text) => annotations.Add(
                kind, TextDataViewType.Instance, (ref ReadOnlyMemory<char> target) => target = text.AsMemory());
        }

        public Func<int, bool> GetDependencies(Func<int, bool> activeOutput) =>
            column => activeOutput(0) && column == _clips.Index;

        public Delegate[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action? disposer)
        {
            disposer = null;
            return [activeOutput(0) ? input.GetGetter<VideoClip>(_clips) : null!];
        }

        public void Save(ModelSaveContext ctx) => parent.SaveModel(ctx);

        public ITransformer GetTransformer() => parent;
    }
}
