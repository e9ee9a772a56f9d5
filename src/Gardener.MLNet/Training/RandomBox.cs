namespace GardenerML.Training;

/// <summary>Random rectangles.</summary>
internal static class RandomBox
{
    /// <summary>
    /// A part of the frame for a crop: area uniform between the smallest share and 1, the logarithm of the sides' ratio uniform; after
    /// ten that do not fit, the largest in the middle with an allowed ratio (torchvision's <c>RandomResizedCrop</c>).
    /// </summary>
    public static PixelBox Crop(ClipAugmentation options, int height, int width, Random random)
    {
        var most = Math.Log(options.MaximumCropAspect);
        for (var i = 0; i < 10; i++)
        {
            var share = options.MinimumCropArea + (1 - options.MinimumCropArea) * random.NextDouble();
            var (h, w) = Sides(share * height * width, Math.Exp(most * (2 * random.NextDouble() - 1)));
            if (h is > 0 && w is > 0 && h <= height && w <= width)
                return new PixelBox(random.Next(height - h + 1), random.Next(width - w + 1), h, w);
        }
        var (rows, columns) = (height, width);
        if (width > height * options.MaximumCropAspect)
            columns = (int)Math.Round(height * options.MaximumCropAspect);
        else if (height > width * options.MaximumCropAspect)
            rows = (int)Math.Round(width * options.MaximumCropAspect);
        return new PixelBox((height - rows) / 2, (width - columns) / 2, rows, columns);
    }

    /// <summary>
    /// A part to erase: 2% to a third of the frame, ratio of the sides from 0.3 to 1 / 0.3; null if none of a hundred fits
    /// (MCG-NJU/VideoMAE <c>random_erasing.py</c>).
    /// </summary>
    public static PixelBox? Erasing(int height, int width, Random random)
    {
        for (var i = 0; i < 100; i++)
        {
            var area = (0.02 + (1 / 3.0 - 0.02) * random.NextDouble()) * height * width;
            // Sides gives height = sqrt(area / ratio).
            var (h, w) = Sides(area, Math.Exp(Math.Log(0.3) * (2 * random.NextDouble() - 1)));
            if (h < height && w < width && h > 0 && w > 0)
                return new PixelBox(random.Next(height - h + 1), random.Next(width - w + 1), h, w);
        }
        return null;
    }

    private static (int Height, int Width) Sides(double area, double ratio) =>
        ((int)Math.Round(Math.Sqrt(area / ratio)), (int)Math.Round(Math.Sqrt(area * ratio)));
}
