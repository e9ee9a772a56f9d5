using System.Text.Json;
using System.Text.Json.Nodes;
using GardenerML.VideoMae;

namespace GardenerML.Checkpoints;

/// <summary>Reads config.json and preprocessor_config.json of a Hugging Face folder.</summary>
internal sealed class ConfigurationFile
{
    /// <summary>More than any real configuration; keeps a wrong file from being read into memory.</summary>
    private const int MaxLength = 16 << 20;

    private readonly string _path;

    private ConfigurationFile(string path, JsonObject json)
    {
        _path = path;
        Json = json;
    }

    /// <summary>The whole configuration.</summary>
    public JsonObject Json { get; }

    /// <summary>The section that this library adds to the checkpoints it writes.</summary>
    public JsonObject? GardenerSection => Json["gardener"] as JsonObject;

    /// <summary>Whether the configuration is of a VideoMAE model.</summary>
    public bool IsVideoMae => Json["model_type"] is JsonValue type && type.TryGetValue(out string? name) && name == "videomae";

    /// <summary>Reads a file.</summary>
    public static ConfigurationFile Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        if (file.Length > MaxLength)
            throw new CheckpointException(path, $"{file.Length:N0} bytes are too many for a configuration.");
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return Parse(bytes, path);
    }

    /// <summary>Takes the text of a configuration.</summary>
    public static ConfigurationFile Parse(ReadOnlySpan<byte> utf8, string path)
    {
        try
        {
            var options = new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 64 };
            if (JsonNode.Parse(utf8, null, options) is JsonObject json)
                return new ConfigurationFile(path, json);
            throw new CheckpointException(path, "The configuration must be a JSON object.");
        }
        catch (JsonException error)
        {
            throw new CheckpointException(path, $"Not valid JSON: {error.Message}", error);
        }
    }

    /// <summary>
    /// The model's geometry. Keys that are absent have the defaults of transformers' VideoMAEConfig, which leaves defaults out
    /// when it saves.
    /// </summary>
    public VideoMaeConfiguration ToConfiguration()
    {
        if (!IsVideoMae)
            throw new CheckpointException(
                _path, $"The model_type is {Json["model_type"]?.ToJsonString() ?? "missing"}; expected \"videomae\".");
        if (Text("hidden_act", "gelu") is var activation && activation != "gelu")
            throw new CheckpointException(_path, $"hidden_act is \"{activation}\"; only \"gelu\" is supported.");
        if (Whole("num_channels", 3) is var channels && channels != 3)
            throw new CheckpointException(_path, $"num_channels is {channels}; only 3 is supported.");
        var epsilon = Number("layer_norm_eps", 1e-12);
        return new VideoMaeConfiguration
        {
            ImageSize = Whole("image_size", 224),
            PatchSize = Whole("patch_size", 16),
            FrameCount = Whole("num_frames", 16),
            TubeletSize = Whole("tubelet_size", 2),
            Width = Whole("hidden_size", 768),
            BlockCount = Whole("num_hidden_layers", 12),
            HeadCount = Whole("num_attention_heads", 12),
            MlpWidth = Whole("intermediate_size", 3072),
            QueryValueBias = Flag("qkv_bias", true),
            LayerNormEpsilon = epsilon,
            FinalNormEpsilon = epsilon,
        };
    }

    /// <summary>
    /// Epsilon of the final norm that this library stated when it saved the checkpoint; null if another program did.
    /// </summary>
    public double? OwnFinalNormEpsilon() =>
        GardenerSection?["final_norm_epsilon"] is JsonValue value && value.TryGetValue(out double epsilon) && epsilon > 0
            ? epsilon
            : null;

    /// <summary>
    /// False if the classifier reads the first token instead of the mean; transformers' default is true.
    /// </summary>
    public bool MeanPooling() => Flag("use_mean_pooling", true);

    /// <summary>Names of the classes in the order of the head's outputs (id2label); null if there are none.</summary>
    public IReadOnlyList<string>? LabelNames()
    {
        if (Json["id2label"] is not JsonObject { Count: > 0 } labels)
            return null;
        var names = new string?[labels.Count];
        foreach (var (key, value) in labels)
        {
            if (!int.TryParse(key, out var index) || index < 0 || index >= names.Length || names[index] is not null
                || value is not JsonValue text || !text.TryGetValue(out string? name))
            {
                throw new CheckpointException(
                    _path, $"id2label must name the classes \"0\" to \"{names.Length - 1}\"; found \"{key}\".");
            }
            names[index] = name;
        }
        return names!;
    }

    /// <summary>Puts what a preprocessor_config.json says in place of the values of a configuration.</summary>
    public VideoMaeConfiguration ApplyPreprocessor(VideoMaeConfiguration configuration)
    {
        if (!Flag("do_normalize", true))
            return configuration with { Mean = ChannelValues.All(0), StandardDeviation = ChannelValues.All(1) };
        return configuration with
        {
            Mean = Channels("image_mean") ?? configuration.Mean,
            StandardDeviation = Channels("image_std") ?? configuration.StandardDeviation,
        };
    }

    private ChannelValues? Channels(string key)
    {
        if (Json[key] is not { } node)
            return null;
        if (node is JsonArray { Count: 3 } array
            && array.All(item => item is JsonValue value && value.TryGetValue(out float number) && float.IsFinite(number))
            && (key != "image_std" || array.All(item => item!.GetValue<float>() > 0)))
        {
            return new ChannelValues(array[0]!.GetValue<float>(), array[1]!.GetValue<float>(), array[2]!.GetValue<float>());
        }
        throw new CheckpointException(
            _path, $"{key} is {Short(node)}; expected three numbers, above 0 for a standard deviation.");
    }

    private int Whole(string key, int whenAbsent)
    {
        const int Max = 1 << 20;
        if (Json[key] is not { } node)
            return whenAbsent;
        if (node is JsonValue value && value.TryGetValue(out int number) && number is >= 1 and <= Max)
            return number;
        throw new CheckpointException(_path, $"{key} is {Short(node)}; expected a whole number from 1 to {Max:N0}.");
    }

    private double Number(string key, double whenAbsent)
    {
        if (Json[key] is not { } node)
            return whenAbsent;
        if (node is JsonValue value && value.TryGetValue(out double number) && number > 0 && double.IsFinite(number))
            return number;
        throw new CheckpointException(_path, $"{key} is {Short(node)}; expected a number above 0.");
    }

    private bool Flag(string key, bool whenAbsent)
    {
        if (Json[key] is not { } node)
            return whenAbsent;
        if (node is JsonValue value && value.TryGetValue(out bool flag))
            return flag;
        throw new CheckpointException(_path, $"{key} is {Short(node)}; expected true or false.");
    }

    private string Text(string key, string whenAbsent)
    {
        if (Json[key] is not { } node)
            return whenAbsent;
        if (node is JsonValue value && value.TryGetValue(out string? text))
            return text;
        throw new CheckpointException(_path, $"{key} is {Short(node)}; expected a text.");
    }

    private static string Short(JsonNode node) =>
        node.ToJsonString() is { Length: > 80 } text ? $"{text[..80]}..." : node.ToJsonString();
}
