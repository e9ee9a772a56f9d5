namespace GardenerML.Checkpoints;

/// <summary>
/// The fixed sine-cosine position table: angle(pos, j) = pos / 10000^(2 * floor(j / 2) / width), sine at even j, cosine at odd
/// (MCG-NJU/VideoMAE <c>modeling_finetune.py</c>, get_sinusoid_encoding_table). Computed in double.
/// </summary>
internal static class PositionTable
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
        for (var channel = 0; channel < width; channel++)
        {
            var divisor = Math.Pow(10000, 2 * (channel / 2) / (double)width);
            for (var position = 0; position < tokens; position++)
            {
                var angle = position / divisor;
                var expected = channel % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle);
                var found = stored.Type.ReadElement(bytes, position * width + channel);
                if (!(Math.Abs(found - expected) <= tolerance))
                {
                    return $"it has {found:G6} at token {position}, channel {channel}, where the fixed sine-cosine table " +
                        $"has {expected:G6}";
                }
            }
        }
        return null;
    }
}
