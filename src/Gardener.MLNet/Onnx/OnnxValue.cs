namespace GardenerML.Onnx;

/// <summary>An input or output of an ONNX model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements, as ONNX calls it: float or uint8.</param>
/// <param name="Shape">The sizes of its dimensions; -1 for the batch, which may have any size.</param>
public sealed record OnnxValue(string Name, string Type, IReadOnlyList<long> Shape);
