using System.Runtime.InteropServices;

namespace GardenerML.Checkpoints;

/// <summary>Stores weights in another type than they come in.</summary>
internal static class WeightConversion
{
    /// <summary>The same tensors, their floating-point numbers rounded to nearest where the type is smaller.</summary>
    /// <param name="content">What is to be saved.</param>
    /// <param name="type">Float32 or Float16.</param>
    /// <exception cref="ArgumentException">It is another type.</exception>
    public static VideoMaeCheckpointContent WithWeightType(this VideoMaeCheckpointContent content, TensorType type)
    {
        if (type is not (TensorType.Float32 or TensorType.Float16))
            throw new ArgumentException($"Weights are stored as Float32 or Float16, not as {type}.", nameof(type));
        return content with
        {
            Tensors = [.. content.Tensors.Select(tensor => tensor.Type == type || tensor.Type == TensorType.Int64
                ? tensor
                : tensor with { Type = type, WriteTo = target => Write(tensor, type, target) })],
        };
    }

    private static void Write(TensorContent tensor, TensorType type, Stream target)
    {
        using var stored = new MemoryStream(checked((int)tensor.ByteCount));
        tensor.WriteTo(stored);
        var bytes = stored.GetBuffer().AsSpan(0, (int)stored.Length);
        var count = bytes.Length / tensor.Type.Size();
        var converted = new byte[count * type.Size()];
        for (var i = 0; i < count; i++)
        {
            var value = tensor.Type.ReadElement(bytes, i);
            if (type == TensorType.Float16)
                MemoryMarshal.Cast<byte, Half>(converted.AsSpan())[i] = ToHalf(tensor.Name, value);
            else
                MemoryMarshal.Cast<byte, float>(converted.AsSpan())[i] = (float)value;
        }
        target.Write(converted);
    }

    private static Half ToHalf(string name, double value)
    {
        var half = (Half)value;
        return Half.IsInfinity(half) && double.IsFinite(value)
            ? throw new InvalidOperationException($"The tensor {name} holds {value}, which is too large for Float16 (at most 65504).")
            : half;
    }
}
