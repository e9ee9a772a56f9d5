using GardenerML.Checkpoints;
using GardenerML.VideoMae;
using static TorchSharp.torch;

namespace GardenerML.Onnx;

/// <summary>
/// The computation of a <see cref="VideoMaeClassifier"/> as a graph, operator by operator in the patterns that ONNX Runtime
/// fuses. The batch may have any size.
/// </summary>
internal sealed class VideoMaeGraph
{
    private readonly VideoMaeConfiguration _configuration;
    private readonly Dictionary<string, Tensor> _parameters;
    private readonly TensorType _weightType;
    private readonly OnnxGraph _graph;

    private VideoMaeGraph(VideoMaeClassifier model, OnnxExportOptions options)
    {
        _configuration = model.Configuration;
        _parameters = model.named_parameters().ToDictionary(entry => entry.name, Tensor (entry) => entry.parameter);
        _weightType = options.WeightType;
        long frames = _configuration.FrameCount, side = _configuration.ImageSize;
        _graph = new OnnxGraph
        {
            Input = options.Input == OnnxInput.Frames
                ? new OnnxValue("Frames", "uint8", [-1, frames, side, side, 3])
                : new OnnxValue("Clip", "float", [-1, 3, frames, side, side]),
            InputDescription = options.Input == OnnxInput.Frames
                ? "Decoded frames, channels red, green, blue."
                : $"Pixels / 255, less {Text(_configuration.Mean)}, divided by {Text(_configuration.StandardDeviation)}; red, green, blue.",
            Output = new OnnxValue(options.Softmax ? "Score" : "Logits", "float", [-1, _configuration.ClassCount]),
        };

        static string Text(ChannelValues values) => $"({values.Red}, {values.Green}, {values.Blue})";
    }

    /// <summary>Makes the graph; the model must live until the graph is written.</summary>
    public static OnnxGraph Build(VideoMaeClassifier model, OnnxExportOptions options)
    {
        var builder = new VideoMaeGraph(model, options);
        var tokens = builder.Embed(options.Input);
        for (var block = 0; block < model.Configuration.BlockCount; block++)
            tokens = builder.Block($"blocks.{block}", tokens);
        builder.Classify(tokens, options.Softmax);
        return builder._graph;
    }

    /// <summary>The input -> tokens [batch, tokens, width] with positions, in (time, row, column) order.</summary>
    private string Embed(OnnxInput input)
    {
        long patch = _configuration.PatchSize, tubelet = _configuration.TubeletSize;
        long side = _configuration.PatchesPerSide, steps = _configuration.TimeSteps;
        string tubelets;
        if (input == OnnxInput.Frames)
        {
            // [batch, T, H, W, 3] -> [batch, time, row, column, 3, tubelet, patch, patch], moved as bytes and then normalised
            var cut = Reshape("cut", _graph.Input.Name, 0, steps, tubelet, side, patch, side, patch, 3);
            tubelets = Normalise(Transpose("tubelets", cut, 0, 1, 3, 5, 7, 2, 4, 6));
        }
        else
        {
            // [batch, 3, T, H, W] -> [batch, time, row, column, 3, tubelet, patch, patch]
            var cut = Reshape("cut", _graph.Input.Name, 0, 3, steps, tubelet, side, patch, side, patch);
            tubelets = Transpose("tubelets", cut, 0, 2, 4, 6, 1, 3, 5, 7);
        }
        var pixels = Reshape("pixels", tubelets, 0, _configuration.TokenCount, _configuration.TubeletPixelCount);
        var embedded = Linear("patch_embed.proj", pixels);
        var positions = PositionTable.Compute(_configuration.TokenCount, _configuration.Width);
        return _graph.Node("Add", "embedded", [embedded, _graph.Tensor(
            OnnxGraph.Values("positions", positions, [1, _configuration.TokenCount, _configuration.Width]))]);
    }

    /// <summary>Bytes -> (value / 255 - mean) / deviation, channels in the fourth dimension from the end.</summary>
    private string Normalise(string bytes)
    {
        var factors = PixelFactors.Of(_configuration.Mean, _configuration.StandardDeviation);
        var values = _graph.Node("Cast", "values", [bytes], OnnxAttribute.Of("to", (long)OnnxElement.Float));
        var scaled = _graph.Node("Mul", "scaled", [values, PerChannel("scale", factors.Scale)]);
        return _graph.Node("Sub", "normalised", [scaled, PerChannel("offset", factors.Offset)]);

        string PerChannel(string name, ChannelValues values) =>
            _graph.Tensor(OnnxGraph.Values(name, [values.Red, values.Green, values.Blue], [3, 1, 1, 1]));
    }

    /// <summary>x += attn(norm1(x)); x += mlp(norm2(x)).</summary>
    private string Block(string name, string tokens)
    {
        var attended = Attention($"{name}.attn", Norm($"{name}.norm1", tokens, _configuration.LayerNormEpsilon));
        tokens = _graph.Node("Add", $"{name}.attended", [tokens, attended]);
        var hidden = Gelu($"{name}.mlp", Linear($"{name}.mlp.fc1", Norm($"{name}.norm2", tokens, _configuration.LayerNormEpsilon)));
        return _graph.Node("Add", $"{name}.output", [tokens, Linear($"{name}.mlp.fc2", hidden)]);
    }

    /// <summary>Multi-head self-attention: [batch, tokens, width] -> [batch, tokens, width].</summary>
    private string Attention(string name, string tokens)
    {
        long width = _configuration.Width, heads = _configuration.HeadCount, perHead = width / heads;
        // Each [batch, tokens, width] -> [batch, heads, tokens, perHead], the key transposed.
        var query = Transpose($"{name}.query", Heads("q", 0), 0, 2, 1, 3);
        var key = Transpose($"{name}.key", Heads("k", 1), 0, 2, 3, 1);
        var value = Transpose($"{name}.value", Heads("v", 2), 0, 2, 1, 3);

        var products = _graph.Node("MatMul", $"{name}.products", [query, key]);
        var scaled = _graph.Node("Div", $"{name}.scaled", [products, _graph.Scalar(MathF.Sqrt(perHead))]);
        var shares = _graph.Node("Softmax", $"{name}.shares", [scaled], OnnxAttribute.Of("axis", -1L));
        var mixed = Transpose($"{name}.mixed", _graph.Node("MatMul", $"{name}.heads", [shares, value]), 0, 2, 1, 3);
        return Linear($"{name}.proj", Reshape($"{name}.joined", mixed, 0, 0, width));

        string Heads(string letter, int part)
        {
            var product = _graph.Node(
                "MatMul", $"{name}.{letter}.product", [tokens, Matrix($"{name}.{letter}.weight", $"{name}.qkv.weight", part * width, width)]);
            if (_parameters.ContainsKey($"{name}.{letter}_bias"))
                product = _graph.Node("Add", $"{name}.{letter}", [product, Vector($"{name}.{letter}_bias")]);
            return Reshape($"{name}.{letter}.heads", product, 0, 0, heads, perHead);
        }
    }

    /// <summary>x (1 + erf(x / sqrt 2)) / 2.</summary>
    private string Gelu(string name, string input)
    {
        var divided = _graph.Node("Div", $"{name}.divided", [input, _graph.Scalar(MathF.Sqrt(2))]);
        var erf = _graph.Node("Erf", $"{name}.erf", [divided]);
        var raised = _graph.Node("Add", $"{name}.raised", [erf, _graph.Scalar(1)]);
        var product = _graph.Node("Mul", $"{name}.gated", [input, raised]);
        return _graph.Node("Mul", $"{name}.gelu", [product, _graph.Scalar(0.5f)]);
    }

    /// <summary>Mean over the tokens, final norm, head: [batch, tokens, width] -> [batch, classes].</summary>
    private void Classify(string tokens, bool softmax)
    {
        var pooled = _graph.Node("ReduceMean", "pooled", [tokens], OnnxAttribute.Of("axes", [1]), OnnxAttribute.Of("keepdims", 0L));
        var logits = Linear("head", Norm("fc_norm", pooled, _configuration.FinalNormEpsilon), softmax ? "logits" : _graph.Output.Name);
        if (softmax)
            _graph.Node("Softmax", _graph.Output.Name, [logits], OnnxAttribute.Of("axis", -1L));
    }

    private string Norm(string name, string input, double epsilon) => _graph.Node(
        "LayerNormalization", name, [input, Vector($"{name}.weight"), Vector($"{name}.bias")],
        OnnxAttribute.Of("axis", -1L), OnnxAttribute.Of("epsilon", (float)epsilon));

    /// <summary>[..., inputs] -> [..., outputs].</summary>
    private string Linear(string name, string input, string? output = null)
    {
        var weight = Matrix($"{name}.weight", $"{name}.weight", 0, _parameters[$"{name}.weight"].shape[0]);
        var product = _graph.Node("MatMul", $"{name}.product", [input, weight]);
        return _graph.Node("Add", output ?? name, [product, Vector($"{name}.bias")]);
    }

    private string Reshape(string output, string input, params long[] sizes) =>
        _graph.Node("Reshape", output, [input, _graph.Shape(sizes)]);

    private string Transpose(string output, string input, params ReadOnlySpan<int> order) =>
        _graph.Node("Transpose", output, [input], OnnxAttribute.Of("perm", order));

    private string Vector(string parameter)
    {
        var values = _parameters[parameter];
        return _graph.Tensor(new OnnxTensor(
            parameter, OnnxElement.Float, values.shape, stream => ModelWeights.Write(values, TensorType.Float32, stream)));
    }

    /// <summary>Rows of a weight [outputs, inputs...] as the matrix [inputs, outputs] that is multiplied from the right.</summary>
    private string Matrix(string name, string parameter, long first, long count)
    {
        var weight = _parameters[parameter];
        var half = _weightType == TensorType.Float16;
        var stored = half ? $"{name}.half" : name;
        _graph.Tensor(new OnnxTensor(
            stored, half ? OnnxElement.Float16 : OnnxElement.Float, [weight.NumberOfElements / weight.shape[0], count], Write));
        return half ? _graph.Node("Cast", name, [stored], OnnxAttribute.Of("to", (long)OnnxElement.Float)) : name;

        void Write(Stream stream)
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            ModelWeights.Write(weight.flatten(1).narrow(0, first, count).t(), _weightType, stream);
        }
    }
}
