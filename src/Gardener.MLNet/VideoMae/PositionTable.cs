namespace GardenerML.VideoMae;

/// <summary>The fixed sine-cosine position table of VideoMAE: computed, never trained, never stored.</summary>
internal static class PositionTable
{
    /// <summary>
    /// angle(pos, j) = pos / 10000^(2 floor(j/2) / width); sine at even j, cosine at odd. Computed in double precision, rounded
    /// to single, as <c>get_sinusoid_encoding_table</c> of MCG-NJU/VideoMAE does.
    /// </summary>
    /// <param name="tokenCount">Number of positions.</param>
    /// <param name="width">Width of a token.</param>
    /// <returns>The table in row-major order, [tokenCount, width].</returns>
    public static float[] Compute(int tokenCount, int width)
    {
        var table = new float[checked(tokenCount * width)];
        var scales = new double[width];
        for (var j = 0; j < width; j++)
            scales[j] = Math.Pow(10000, 2 * (j / 2) / (double)width);

        for (var position = 0; position < tokenCount; position++)
        {
            var row = table.AsSpan(position * width, width);
            for (var j = 0; j < width; j++)
            {
                var angle = position / scales[j];
                row[j] = (float)(j % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle));
            }
        }
        return table;
    }
}
