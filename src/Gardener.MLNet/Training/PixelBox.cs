namespace GardenerML.Training;

/// <summary>A rectangle of a frame, in pixels.</summary>
internal readonly record struct PixelBox(int Top, int Left, int Height, int Width)
{
    public int Area => Height * Width;
}
