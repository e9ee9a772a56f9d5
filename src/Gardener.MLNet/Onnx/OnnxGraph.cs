using System.Globalization;
using System.Runtime.InteropServices;

namespace GardenerML.Onnx;

/// <summary>A graph in the making: nodes in the order of computation, and the weights and constants that they use.</summary>
internal sealed class OnnxGraph
{
    private readonly List<ProtoMessage> _nodes = [];
    private readonly Dictionary<string, OnnxTensor> _tensors = [];

    /// <summary>The nodes (NodeProto).</summary>
    public IReadOnlyList<ProtoMessage> Nodes => _nodes;

    /// <summary>Weights and constants.</summary>
    public IReadOnlyCollection<OnnxTensor> Tensors => _tensors.Values;

    public required OnnxValue Input { get; init; }

    /// <summary>What the input must be, for people.</summary>
    public required string InputDescription { get; init; }

    public required OnnxValue Output { get; init; }

    /// <summary>Adds a node with one output.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="output">The name of the node and of what it gives.</param>
    /// <param name="inputs">The names of what it takes.</param>
    /// <param name="attributes">Its attributes.</param>
    /// <returns><paramref name="output"/>.</returns>
    public string Node(string operation, string output, string[] inputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        var node = new ProtoMessage();
        foreach (var input in inputs)
            node.Text(1, input);
        node.Text(2, output).Text(3, output).Text(4, operation);
        foreach (var attribute in attributes)
            node.Message(5, attribute.Message);
        _nodes.Add(node);
        return output;
    }

    /// <summary>Adds a weight; gives its name.</summary>
    public string Tensor(OnnxTensor tensor)
    {
        _tensors.Add(tensor.Name, tensor);
        return tensor.Name;
    }

    /// <summary>A single number; the same number is stored once.</summary>
    public string Scalar(float value)
    {
        var name = value.ToString("R", CultureInfo.InvariantCulture);
        _tensors.TryAdd(name, Values(name, [value], []));
        return name;
    }

    /// <summary>The target of a reshape: 0 takes the size of the input's dimension. The same shape is stored once.</summary>
    public string Shape(params long[] sizes)
    {
        var name = $"[{string.Join(", ", sizes)}]";
        _tensors.TryAdd(name, new OnnxTensor(
            name, OnnxElement.Int64, [sizes.Length], stream => stream.Write(MemoryMarshal.AsBytes<long>(sizes))));
        return name;
    }

    /// <summary>A constant of several numbers, not yet added.</summary>
    public static OnnxTensor Values(string name, float[] values, long[] shape) => new(
        name, OnnxElement.Float, shape, stream => stream.Write(MemoryMarshal.AsBytes<float>(values)));
}
