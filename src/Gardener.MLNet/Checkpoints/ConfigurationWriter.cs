using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using GardenerML.VideoMae;

namespace GardenerML.Checkpoints;

/// <summary>Makes config.json and preprocessor_config.json.</summary>
internal static class ConfigurationWriter
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static JsonObject Configuration(VideoMaeCheckpointContent content, bool pretraining)
    {
        var configuration = content.Configuration;
        var json = content.BaseConfiguration?.DeepClone().AsObject() ?? [];
        json.Remove("id2label");
        json.Remove("label2id");
        json.Remove("num_labels");
        json.Remove("dtype");
        json["architectures"] = new JsonArray(pretraining ? "VideoMAEForPreTraining"
            : configuration.ClassCount > 0 ? "VideoMAEForVideoClassification" : "VideoMAEModel");
        json["model_type"] = "videomae";
        json["image_size"] = configuration.ImageSize;
        json["patch_size"] = configuration.PatchSize;
        json["num_channels"] = 3;
        json["num_frames"] = configuration.FrameCount;
        json["tubelet_size"] = configuration.TubeletSize;
        json["hidden_size"] = configuration.Width;
        json["num_hidden_layers"] = configuration.BlockCount;
        json["num_attention_heads"] = configuration.HeadCount;
        json["intermediate_size"] = configuration.MlpWidth;
        json["hidden_act"] = "gelu";
        json["layer_norm_eps"] = configuration.LayerNormEpsilon;
        json["qkv_bias"] = configuration.QueryValueBias;
        // transformers gives the encoder a final norm of its own only without mean pooling.
        json["use_mean_pooling"] = configuration.ClassCount > 0;
        if (content.Tensors.FirstOrDefault(tensor => tensor.Type != TensorType.Int64)?.Type is { } type)
            json["torch_dtype"] = type.ToString().ToLowerInvariant();
        if (configuration.ClassCount > 0)
            AddLabels(json, content);
        if (pretraining)
            AddDecoder(json, content.Tensors);
        var section = content.GardenerSection?.DeepClone().AsObject() ?? [];
        section["final_norm_epsilon"] = configuration.FinalNormEpsilon;
        json["gardener"] = section;
        return json;
    }

    public static JsonObject Preprocessor(VideoMaeConfiguration configuration) => new()
    {
        ["image_processor_type"] = "VideoMAEImageProcessor",
        ["do_resize"] = true,
        ["size"] = new JsonObject { ["shortest_edge"] = configuration.ImageSize },
        ["resample"] = 2,
        ["do_center_crop"] = true,
        ["crop_size"] = new JsonObject { ["height"] = configuration.ImageSize, ["width"] = configuration.ImageSize },
        ["do_rescale"] = true,
        ["rescale_factor"] = 1 / 255.0,
        ["do_normalize"] = true,
        ["image_mean"] = Channels(configuration.Mean),
        ["image_std"] = Channels(configuration.StandardDeviation),
    };

    public static string ToText(JsonObject json) => json.ToJsonString(Indented) + "\n";

    private static JsonArray Channels(ChannelValues values) =>
        [Decimal(values.Red), Decimal(values.Green), Decimal(values.Blue)];

    /// <summary>0.485f as 0.485, not as 0.48500001430511475.</summary>
    private static double Decimal(float value) =>
        double.Parse(value.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>What the shapes tell about the decoder; its heads are 64 wide in all published models.</summary>
    private static void AddDecoder(JsonObject json, IReadOnlyList<TensorContent> tensors)
    {
        if (tensors.FirstOrDefault(tensor => tensor.Name == "encoder_to_decoder.weight")?.Shape is not [var width, _])
            return;
        json["decoder_hidden_size"] = width;
        json["decoder_num_hidden_layers"] = tensors.Count(tensor =>
            tensor.Name.StartsWith("decoder.blocks.", StringComparison.Ordinal)
            && tensor.Name.EndsWith(".mlp.fc1.weight", StringComparison.Ordinal));
        if (tensors.FirstOrDefault(tensor => tensor.Name == "decoder.blocks.0.mlp.fc1.weight")?.Shape is [var hidden, _])
            json["decoder_intermediate_size"] = hidden;
        if (!json.ContainsKey("decoder_num_attention_heads"))
            json["decoder_num_attention_heads"] = Math.Max(1, width / 64);
    }

    private static void AddLabels(JsonObject json, VideoMaeCheckpointContent content)
    {
        var names = content.LabelNames
            ?? [.. Enumerable.Range(0, content.Configuration.ClassCount).Select(index => $"LABEL_{index}")];
        var idToLabel = new JsonObject();
        var labelToId = new JsonObject();
        for (var index = 0; index < names.Count; index++)
        {
            idToLabel[index.ToString(CultureInfo.InvariantCulture)] = names[index];
            labelToId[names[index]] = index;
        }
        json["id2label"] = idToLabel;
        json["label2id"] = labelToId;
    }
}
