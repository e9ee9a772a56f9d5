using GardenerML.Evaluation;
using SkiaSharp;

namespace GardenerML.Reporting.Html;

/// <summary>The confusion matrix of more classes than a table has room for, as a picture of a pixel a cell.</summary>
internal static class ConfusionImage
{
    private static readonly SKColor Right = new(0x3B, 0x8B, 0xD1), Wrong = new(0xD5, 0x5E, 0x00);

    /// <summary>Opaque where all clips of the true class (the row) are predicted as the class of the column, clear where none is.</summary>
    /// <returns>A PNG file.</returns>
    public static byte[] Encode(VideoClassificationMetrics metrics)
    {
        var count = metrics.ClassNames.Count;
        var pixels = new SKColor[count * count];
        for (var label = 0; label < count; label++)
        {
            var row = metrics.ConfusionMatrix[label];
            var clips = Math.Max(1, row.Sum());
            for (var predicted = 0; predicted < count; predicted++)
            {
                var share = row[predicted] / (double)clips;
                // The root lifts confusions that are rare, which are most, out of the background.
                pixels[(label * count) + predicted] = (label == predicted ? Right : Wrong).WithAlpha((byte)Math.Round(255 * Math.Sqrt(share)));
            }
        }
        using var bitmap = new SKBitmap(new SKImageInfo(count, count, SKColorType.Rgba8888, SKAlphaType.Unpremul)) { Pixels = pixels };
        using var encoded = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return encoded.ToArray();
    }
}
