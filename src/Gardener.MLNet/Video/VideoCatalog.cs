using GardenerML.Video;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Adds video to ML.NET's catalog of transforms.</summary>
public static class VideoCatalog
{
    /// <summary>Makes a column of clips from video files (or encoded videos in memory).</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The new column of <see cref="VideoClip"/> values.</param>
    /// <param name="inputColumnName">A text column of paths, or a column of byte vectors that each hold a whole video
    /// file.</param>
    /// <param name="folder">
    /// Where relative paths start from; by default the current directory. A model file keeps it as it is given here, so
    /// a relative one
    /// can move to another machine.
    /// </param>
    /// <param name="options">Which frames at which size; by default 8, every 4th from the start, squashed to 64 x 64
    /// pixels, as <see cref="GardenerML.Checkpoints.ShippedCheckpoints.VideoMaeTiny"/> wants them; published checkpoints want
    /// <c>new() { FrameCount = 16, Size = 224 }</c>.</param>
    /// <remarks>
    /// Put <c>AppendCacheCheckpoint</c> before this step, not behind it: ML.NET's cache keeps numbers and text only, and drops columns
    /// of clips as it drops images.
    /// </remarks>
    /// <exception cref="ArgumentException">A name is empty, or an option is out of range.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static VideoLoadingEstimator LoadVideo(
        this TransformsCatalog catalog,
        string outputColumnName = "Video",
        string inputColumnName = "VideoPath",
        string? folder = null,
        VideoLoadingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new VideoLoadingEstimator(
            CatalogUtils.GetEnvironment(catalog), outputColumnName, inputColumnName, folder, options);
    }

    /// <summary>Makes a column of vectors from a column of clips, for ApplyOnnxModel and others that take numbers.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The new column; for ApplyOnnxModel, the name of the model's input.</param>
    /// <param name="inputColumnName">The column of clips, as LoadVideo makes it.</param>
    /// <param name="options">Type, order and normalisation of the values; by default those that published checkpoints take.</param>
    /// <exception cref="ArgumentException">A name is empty, or an option is out of range.</exception>
    public static ClipTensorEstimator ExtractClipTensor(
        this TransformsCatalog catalog,
        string outputColumnName = "Clip",
        string inputColumnName = "Video",
        ClipTensorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new ClipTensorEstimator(CatalogUtils.GetEnvironment(catalog), outputColumnName, inputColumnName, options);
    }
}
