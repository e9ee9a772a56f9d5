using GardenerML.VideoMae;

namespace GardenerML.Checkpoints;

/// <summary>Compares a position table that a checkpoint stores with the fixed one that VideoMAE computes.</summary>
internal static class PositionTableCheck
{
    /// <summary>
    /// Compares a stored table [1, tokens, width] or [tokens, width] with the computed one. Returns null if they are the same up
    /// to the rounding of the stored type, else what differs.
    /// </summary>
    public static string? Compare(StoredTensor stored, int tokens, int width)
    {
        var tolerance = stored.Type switch
        {
            TensorType.Float16 => 5e-4,
            TensorType.BFloat16 => 4e-3,
            _ => 1e-5,
        };
        var bytes = stored.Bytes;
        var table = PositionTable.Compute(tokens, width);
        for (var i = 0; i < table.Length; i++)
        {
            var found = stored.Type.ReadElement(bytes, i);
            if (!(Math.Abs(found - table[i]) <= tolerance))
                return $"it has {found:G6} at token {i / width}, channel {i % width}, where the fixed sine-cosine table has {table[i]:G6}";
        }
        return null;
    }
}
