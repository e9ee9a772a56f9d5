using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(VideoLoadingTransformer), null, typeof(SignatureLoadModel), "Load video",
    VideoLoadingTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(IRowMapper), typeof(VideoLoadingTransformer), null, typeof(SignatureLoadRowMapper),
    "Load video", VideoLoadingTransformer.LoaderSignature)]

namespace GardenerML.Video;

/// <summary>The transformer of <see cref="VideoLoadingEstimator"/>.</summary>
/// <remarks>
/// A model file keeps the column names, the options and the folder as it was given: a relative folder is looked for
/// from the current
/// directory of the process that loads the model. No video is opened before a clip is read, except that
/// <see cref="VideoErrorHandling.Skip"/> has to read each one to know which rows to leave out.
/// </remarks>
public sealed class VideoLoadingTransformer : ITransformer
{
    internal const string LoaderSignature = "GardenerLoadVideo";
    internal const string InputRole = "video";
    internal const string InputTypes = "String (a path) or Vector<Byte> (an encoded video)";

    private readonly IHost _host;

    internal VideoLoadingTransformer(
        IHostEnvironment env,
        string outputColumnName,
        string inputColumnName,
        string? folder,
        VideoLoadingOptions options)
    {
        _host = env.Register(nameof(VideoLoadingTransformer));
        OutputColumnName = outputColumnName;
        InputColumnName = inputColumnName;
        Folder = string.IsNullOrEmpty(folder) ? null : folder;
        Options = options;
    }

    // Takes a host, not an environment: ML.NET refuses a type that offers it both this constructor and Create.
    private VideoLoadingTransformer(IHost host, ModelLoadContext context)
    {
        _host = host;
        context.CheckAtModel(GetVersionInfo());
        OutputColumnName = context.LoadNonEmptyString();
        InputColumnName = context.LoadNonEmptyString();
        Folder = context.LoadStringOrNull();
        Options = new VideoLoadingOptions
        {
            FrameCount = context.Reader.ReadInt32(),
            SamplingRate = context.Reader.ReadInt32(),
            Sampling = (FrameSampling)context.Reader.ReadInt32(),
            ShortVideo = (ShortVideo)context.Reader.ReadInt32(),
            Size = context.Reader.ReadInt32(),
            Resize = (FrameResize)context.Reader.ReadInt32(),
            OnError = (VideoErrorHandling)context.Reader.ReadInt32(),
            ApplyRotation = context.Reader.ReadBoolean(),
        };
        try
        {
            Options.Validate();
        }
        catch (ArgumentException e)
        {
            throw _host.ExceptDecode(e, "The model's options for loading video are damaged: " + e.Message);
        }
    }

    /// <summary>The column of clips.</summary>
    public string OutputColumnName { get; }

    /// <summary>The column of paths or encoded videos.</summary>
    public string InputColumnName { get; }

    /// <summary>The folder that relative paths start from, as it was given; null for the current directory.</summary>
    public string? Folder { get; }

    /// <summary>Which frames are read, and what happens to rows whose video cannot be read.</summary>
    public VideoLoadingOptions Options { get; }

    internal VideoClipDataViewType ClipType => Options.ClipType;

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The schema of the data with the clip column.</summary>
    /// <param name="inputSchema">The schema of the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or of another type.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return RowToRowMapperTransform.GetOutputSchema(inputSchema, Mapper(inputSchema));
    }

    /// <summary>
    /// Adds the clip column. With <see cref="VideoErrorHandling.Skip"/>, rows whose video cannot be read are left out.
    /// </summary>
    /// <param name="input">Data with the input column.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or of another type.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Options.OnError == VideoErrorHandling.Skip
            ? new ReadableVideosView(_host, TransformAll(input), OutputColumnName)
            : new RowToRowMapperTransform(_host, input, Mapper(input.Schema), Mapper);
    }

    /// <summary>Adds the clip column to all rows, for those who find out themselves which videos can be read.</summary>
    internal IDataView TransformAll(IDataView input)
    {
        return new RowToRowMapperTransform(_host, input, Mapped(input.Schema), Mapped);

        VideoLoadingMapper Mapped(DataViewSchema schema) => new(this, _host, schema, strict: false);
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
        context.SaveStringOrNull(Folder);
        context.Writer.Write(Options.FrameCount);
        context.Writer.Write(Options.SamplingRate);
        context.Writer.Write((int)Options.Sampling);
        context.Writer.Write((int)Options.ShortVideo);
        context.Writer.Write(Options.Size);
        context.Writer.Write((int)Options.Resize);
        context.Writer.Write((int)Options.OnError);
        context.Writer.Write(Options.ApplyRotation);
    }

    // ML.NET finds these two by name, parameter types and exact return type.
    private static VideoLoadingTransformer Create(IHostEnvironment env, ModelLoadContext ctx) =>
        new(env.Register(nameof(VideoLoadingTransformer)), ctx);

    internal static IRowMapper Create(IHostEnvironment env, ModelLoadContext ctx, DataViewSchema inputSchema) =>
        Create(env, ctx).Mapper(inputSchema);

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "GRDNVIDL",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(VideoLoadingTransformer).Assembly.FullName);

    private VideoLoadingMapper Mapper(DataViewSchema inputSchema) => new(this, _host, inputSchema, strict: true);
}
