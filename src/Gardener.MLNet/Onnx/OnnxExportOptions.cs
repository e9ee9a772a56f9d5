using GardenerML.Checkpoints;
using GardenerML.Training;

namespace GardenerML.Onnx;

/// <summary>How a classifier is written as an ONNX model. Immutable.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>What the model takes: the input is named <c>Clip</c> or <c>Frames</c>.</summary>
    public OnnxInput Input { get; init; } = OnnxInput.Clip;

    /// <summary>
    /// Whether the output is the probabilities of the classes, named <c>Score</c>; else it is the logits, named <c>Logits</c>.
    /// </summary>
    public bool Softmax { get; init; } = true;

    /// <summary>
    /// How the weight matrices are stored, Float32 or Float16. Those of Float16 take half the room and are converted to single
    /// precision in the model, so that it runs wherever ONNX does; vectors and positions stay in Float32.
    /// </summary>
    public TensorType WeightType { get; init; } = TensorType.Float32;

    /// <summary>
    /// The largest model file in bytes. Where it would be larger, the weights go into a second file beside it; protocol buffers
    /// cannot exceed 2 GiB.
    /// </summary>
    internal long MaxFileBytes { get; init; } = int.MaxValue;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message names it.</exception>
    public void Validate()
    {
        if (!Enum.IsDefined(Input))
            throw new ArgumentException($"Input is {Input}; it must be one of {string.Join(", ", Enum.GetNames<OnnxInput>())}.");
        if (WeightType is not (TensorType.Float32 or TensorType.Float16))
            throw new ArgumentException($"WeightType is {WeightType}; it must be Float32 or Float16.");
        Require.Between(MaxFileBytes, 0, int.MaxValue, nameof(MaxFileBytes));
    }
}
