using System.Globalization;
using System.Text.Json.Nodes;
using GardenerML.Checkpoints;
using static TorchSharp.torch;

namespace GardenerML.VideoMae;

/// <summary>Moves weights between checkpoints and modules, whose parameters bear the logical names of the checkpoints.</summary>
internal static class ModelWeights
{
    private const string BlockPrefix = "blocks.";

    /// <summary>Fills a model from a checkpoint, skipping the blocks that are removed.</summary>
    /// <param name="model">The model; it has as many blocks as are kept.</param>
    /// <param name="tensors">The checkpoint's tensors by logical name.</param>
    /// <param name="keptBlocks">The checkpoint's block for each block of the model.</param>
    /// <param name="include">Which parameters are filled, by name.</param>
    /// <param name="path">The checkpoint, for messages.</param>
    /// <param name="outputs">The checkpoint's output for each of the model's head; null where they are the same.</param>
    /// <exception cref="CheckpointException">A tensor is absent or has another shape.</exception>
    public static void Load(
        nn.Module model,
        IReadOnlyDictionary<string, LogicalTensor> tensors,
        IReadOnlyList<int> keptBlocks,
        Func<string, bool> include,
        string path,
        IReadOnlyList<long>? outputs = null)
    {
        using var noGradient = no_grad();
        foreach (var (name, parameter) in model.named_parameters())
        {
            if (!include(name))
                continue;
            var source = InCheckpoint(name, keptBlocks);
            if (!tensors.TryGetValue(source, out var tensor))
                throw new CheckpointException(path, $"The tensor {source} is missing.");
            var rows = name.StartsWith("head.", StringComparison.Ordinal) ? outputs : null;
            long[] shape = rows is null ? parameter.shape : [Math.Max(tensor.Shape[0], rows.Max() + 1), .. parameter.shape.Skip(1)];
            CheckShape(path, source, tensor.Shape, shape);
            Fill(parameter, tensor, rows);
        }
    }

    /// <summary>A copy of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="device">Where the copy's weights lie.</param>
    public static VideoMaeClassifier Copy(VideoMaeClassifier model, Device device)
    {
        var copy = new VideoMaeClassifier(model.Configuration, device);
        try
        {
            using var noGradient = no_grad();
            foreach (var (target, source) in copy.parameters().Zip(model.parameters()))
                target.copy_(source);
            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    /// <summary>A model as a checkpoint to be written.</summary>
    /// <param name="model">The model.</param>
    /// <param name="configuration">Its geometry.</param>
    /// <param name="type">How weights are stored: Float32, Float16 or BFloat16.</param>
    /// <param name="labelNames">Names of the classes; null for none.</param>
    /// <param name="gardenerSection">What is kept with the configuration, such as a pruning plan.</param>
    public static VideoMaeCheckpointContent ToCheckpoint(
        nn.Module model, VideoMaeConfiguration configuration, TensorType type, IReadOnlyList<string>? labelNames,
        JsonObject? gardenerSection) => new()
        {
            Configuration = configuration,
            Tensors = [.. model.named_parameters().Select(parameter => new TensorContent(
                parameter.name, type, parameter.parameter.shape, target => Write(parameter.parameter, type, target)))],
            LabelNames = labelNames,
            GardenerSection = gardenerSection,
        };

    /// <summary>Writes the elements of a weight, row-major and little endian.</summary>
    /// <param name="parameter">The weight, on any device.</param>
    /// <param name="type">The type to convert it to: Float32, Float16 or BFloat16.</param>
    /// <param name="target">Where to.</param>
    public static void Write(Tensor parameter, TensorType type, Stream target)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        target.Write(parameter.detach().to(ScalarTypeOf(type)).cpu().contiguous().bytes);
    }

    private static void Fill(Tensor parameter, LogicalTensor source, IReadOnlyList<long>? rows)
    {
        using var scope = NewDisposeScope();
        var stored = empty([.. source.Shape], dtype: ScalarTypeOf(source.Type));
        source.CopyTo(stored.bytes);
        parameter.copy_(rows is null ? stored : stored.index_select(0, tensor(rows.ToArray())));
    }

    private static string InCheckpoint(string name, IReadOnlyList<int> keptBlocks)
    {
        if (!name.StartsWith(BlockPrefix, StringComparison.Ordinal))
            return name;
        var end = name.IndexOf('.', BlockPrefix.Length);
        var block = int.Parse(name.AsSpan(BlockPrefix.Length, end - BlockPrefix.Length), CultureInfo.InvariantCulture);
        return $"{BlockPrefix}{keptBlocks[block]}{name[end..]}";
    }

    private static void CheckShape(string path, string name, IReadOnlyList<long> found, long[] expected)
    {
        if (!found.SequenceEqual(expected))
            throw new CheckpointException(path,
                $"The tensor {name} has shape [{string.Join(", ", found)}]; the model needs [{string.Join(", ", expected)}].");
    }

    private static ScalarType ScalarTypeOf(TensorType type) => type switch
    {
        TensorType.Float32 => ScalarType.Float32,
        TensorType.Float16 => ScalarType.Float16,
        TensorType.BFloat16 => ScalarType.BFloat16,
        TensorType.Float64 => ScalarType.Float64,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, $"Weights of type {type} cannot be used."),
    };
}
