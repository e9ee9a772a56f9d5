using GardenerML.Video;
using GardenerML.VideoMae;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(ClipTensorTransformer), null, typeof(SignatureLoadModel), "Extract clip tensor",
    ClipTensorTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(IRowMapper), typeof(ClipTensorTransformer), null, typeof(SignatureLoadRowMapper),
    "Extract clip tensor", ClipTensorTransformer.LoaderSignature)]

namespace GardenerML.Video;

/// <summary>The transformer of <see cref="ClipTensorEstimator"/>. A clip is decoded when its vector is read.</summary>
public sealed class ClipTensorTransformer : ITransformer
{
    internal const string LoaderSignature = "GardenerClipTensor";
    internal const string InputRole = "clip";
    internal const string InputTypes = "VideoClip, as LoadVideo makes it";

    private readonly IHost _host;

    internal ClipTensorTransformer(
        IHostEnvironment env, string outputColumnName, string inputColumnName, ClipTensorOptions options)
    {
        _host = env.Register(nameof(ClipTensorTransformer));
        OutputColumnName = outputColumnName;
        InputColumnName = inputColumnName;
        Options = options;
    }

    // Takes a host, not an environment: ML.NET refuses a type that offers it both this constructor and Create.
    private ClipTensorTransformer(IHost host, ModelLoadContext context)
    {
        _host = host;
        context.CheckAtModel(GetVersionInfo());
        OutputColumnName = context.LoadNonEmptyString();
        InputColumnName = context.LoadNonEmptyString();
        Options = new ClipTensorOptions
        {
            Layout = (ClipTensorLayout)context.Reader.ReadInt32(),
            Mean = ReadChannels(),
            StandardDeviation = ReadChannels(),
        };
        try
        {
            Options.Validate();
        }
        catch (ArgumentException e)
        {
            throw _host.ExceptDecode(e, "The model's options for clip tensors are damaged: " + e.Message);
        }

        ChannelValues ReadChannels() =>
            new(context.Reader.ReadSingle(), context.Reader.ReadSingle(), context.Reader.ReadSingle());
    }

    /// <summary>The column of vectors.</summary>
    public string OutputColumnName { get; }

    /// <summary>The column of clips.</summary>
    public string InputColumnName { get; }

    /// <summary>How clips become vectors.</summary>
    public ClipTensorOptions Options { get; }

    internal PrimitiveDataViewType ItemType =>
        Options.Layout == ClipTensorLayout.Bytes ? NumberDataViewType.Byte : NumberDataViewType.Single;

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The schema of the data with the column of vectors.</summary>
    /// <param name="inputSchema">The schema of the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">The clip column is missing or of another type.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return RowToRowMapperTransform.GetOutputSchema(inputSchema, Mapper(inputSchema));
    }

    /// <summary>Adds the column of vectors.</summary>
    /// <param name="input">Data with the clip column.</param>
    /// <exception cref="ArgumentOutOfRangeException">The clip column is missing or of another type.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new RowToRowMapperTransform(_host, input, Mapper(input.Schema), Mapper);
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new RowToRowMapperTransform(_host, new EmptyDataView(_host, inputSchema), Mapper(inputSchema), Mapper);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => Save(ctx);

    internal void Save(ModelSaveContext context)
    {
        context.CheckAtModel();
        context.SetVersionInfo(GetVersionInfo());
        context.SaveNonEmptyString(OutputColumnName);
        context.SaveNonEmptyString(InputColumnName);
        context.Writer.Write((int)Options.Layout);
        foreach (var values in (ChannelValues[])[Options.Mean, Options.StandardDeviation])
        {
            context.Writer.Write(values.Red);
            context.Writer.Write(values.Green);
            context.Writer.Write(values.Blue);
        }
    }

    // ML.NET finds these two by name, parameter types and exact return type.
    private static ClipTensorTransformer Create(IHostEnvironment env, ModelLoadContext ctx) =>
        new(env.Register(nameof(ClipTensorTransformer)), ctx);

    internal static IRowMapper Create(IHostEnvironment env, ModelLoadContext ctx, DataViewSchema inputSchema) =>
        Create(env, ctx).Mapper(inputSchema);

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "GRDNCLTN",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(ClipTensorTransformer).Assembly.FullName);

    private ClipTensorMapper Mapper(DataViewSchema inputSchema) => new(this, _host, inputSchema);
}
