using Microsoft.ML;

namespace GardenerML.Video;

/// <summary>Folders of videos without labels, as masked pretraining takes them.</summary>
public static class VideoFolder
{
    /// <summary>The files that are taken for videos, by their endings, dot included.</summary>
    internal static IReadOnlySet<string> Extensions { get; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
    {
        ".avi", ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".flv", ".ts", ".3gp", ".ogv",
    };

    /// <summary>Lists the videos of folders and of all folders in them; none is opened.</summary>
    /// <param name="mlContext">Makes the view.</param>
    /// <param name="folders">The folders; at least one.</param>
    /// <returns>A view with the text column VideoPath (full path), in the order of the folders and of the paths in each.</returns>
    /// <exception cref="ArgumentException">No folder is named.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">A folder has no videos.</exception>
    public static IDataView Load(MLContext mlContext, params IReadOnlyCollection<string> folders)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        ArgumentNullException.ThrowIfNull(folders);
        if (folders.Count == 0)
            throw new ArgumentException("Name at least one folder of videos.", nameof(folders));
        return mlContext.Data.LoadFromEnumerable(folders.SelectMany(Videos).Select(path => new Row { VideoPath = path }).ToList());
    }

    /// <summary>The videos that lie in a folder itself.</summary>
    internal static IEnumerable<string> VideosIn(string folder, SearchOption depth = SearchOption.TopDirectoryOnly) =>
        Directory.EnumerateFiles(folder, "*", depth).Where(path => Extensions.Contains(Path.GetExtension(path)));

    private static List<string> Videos(string folder)
    {
        folder = Path.GetFullPath(folder);
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no folder '{folder}'.");
        List<string> videos = [.. VideosIn(folder, SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        return videos.Count > 0
            ? videos
            : throw new InvalidDataException(
                $"Neither '{folder}' nor a folder in it holds a video ({string.Join(", ", Extensions.Order(StringComparer.Ordinal))}).");
    }

    private sealed class Row
    {
        public string VideoPath { get; set; } = "";
    }
}
