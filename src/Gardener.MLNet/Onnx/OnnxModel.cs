namespace GardenerML.Onnx;

/// <summary>An ONNX model that was written.</summary>
/// <param name="Path">The file.</param>
/// <param name="DataPath">The file beside it that holds the weights; null where they are in the model itself.</param>
/// <param name="Opset">Version of the operator set.</param>
/// <param name="Inputs">What it takes.</param>
/// <param name="Outputs">What it gives.</param>
public sealed record OnnxModel(
    string Path, string? DataPath, int Opset, IReadOnlyList<OnnxValue> Inputs, IReadOnlyList<OnnxValue> Outputs);
