using System.Runtime.InteropServices;
using System.Text.Json;
using GardenerML.Checkpoints;

namespace GardenerML.Tests.Pruning;

/// <summary>A tensor whose bytes are an array.</summary>
internal sealed class MemoryTensor(string name, TensorType type, byte[] bytes, int elementSize)
    : StoredTensor(name, type, type.ToString(), [bytes.Length / elementSize])
{
    public override ReadOnlySpan<byte> Bytes => bytes;

    public static MemoryTensor Of(params float[] values) => new("w", TensorType.Float32, ToBytes(values), 4);

    public static MemoryTensor Of(params Half[] values) => new("w", TensorType.Float16, ToBytes(values), 2);

    public static MemoryTensor Of(params double[] values) => new("w", TensorType.Float64, ToBytes(values), 8);

    /// <summary>The upper 16 bits of each value.</summary>
    public static MemoryTensor OfBFloat16(params float[] values) =>
        new("w", TensorType.BFloat16, ToBytes(Array.ConvertAll(values, w => (ushort)(BitConverter.SingleToUInt32Bits(w) >> 16))), 2);

    /// <summary>The weight matrices of the blocks of a golden checkpoint in Hugging Face's layout.</summary>
    public static StoredTensor[][] Blocks(string model)
    {
        string[] matrices =
        [
            "attention.attention.query", "attention.attention.key", "attention.attention.value", "attention.output.dense",
            "intermediate.dense", "output.dense",
        ];
        var file = File.ReadAllBytes(ReferenceData.Golden(model, "model.safetensors"));
        var headerLength = (int)BitConverter.ToInt64(file);
        var header = JsonDocument.Parse(file.AsMemory(8, headerLength)).RootElement;
        var blocks = new List<StoredTensor[]>();
        while (header.TryGetProperty($"videomae.encoder.layer.{blocks.Count}.output.dense.weight", out _))
        {
            blocks.Add(Array.ConvertAll(matrices, StoredTensor (matrix) =>
            {
                var name = $"videomae.encoder.layer.{blocks.Count}.{matrix}.weight";
                var entry = header.GetProperty(name);
                var offsets = entry.GetProperty("data_offsets");
                var bytes = file[(8 + headerLength + offsets[0].GetInt32())..(8 + headerLength + offsets[1].GetInt32())];
                return entry.GetProperty("dtype").GetString() == "F32"
                    ? new MemoryTensor(name, TensorType.Float32, bytes, 4)
                    : new MemoryTensor(name, TensorType.Float16, bytes, 2);
            }));
        }
        return [.. blocks];
    }

    private static byte[] ToBytes<T>(T[] values)
        where T : unmanaged => MemoryMarshal.AsBytes<T>(values).ToArray();
}
