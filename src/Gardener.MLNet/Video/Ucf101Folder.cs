using System.Text.RegularExpressions;

namespace GardenerML.Video;

/// <summary>A folder with one subfolder of videos a class.</summary>
internal sealed partial class Ucf101Folder
{
    private readonly List<string> _classFolders;

    private Ucf101Folder(string folder, List<string> classFolders)
    {
        Folder = folder;
        _classFolders = classFolders;
    }

    /// <summary>The folder of the class folders, as a full path.</summary>
    public string Folder { get; }

    /// <summary>The classes: the names of their folders.</summary>
    public IEnumerable<string> Names => _classFolders.Select(folder => Path.GetFileName(folder));

    /// <summary>Finds the class folders: under videos, UCF-101, or the root itself.</summary>
    public static Ucf101Folder FindClasses(string root)
    {
        root = Path.GetFullPath(root);
        if (!Directory.Exists(root))
            throw new DirectoryNotFoundException(
                $"There is no folder '{root}'; the folder of UCF101's class folders is needed.");
        foreach (string folder in new[] { Path.Combine(root, "videos"), Path.Combine(root, "UCF-101"), root })
        {
            if (!Directory.Exists(folder))
                continue;
            List<string> classes =
                [.. Directory.GetDirectories(folder).Where(each => VideoFolder.VideosIn(each).Any()).Order(StringComparer.Ordinal)];
            if (classes.Count > 0)
                return new Ucf101Folder(folder, classes);
        }
        throw new DirectoryNotFoundException(
            $"The folder '{root}' has no class folders: no subfolder of it (nor of its 'videos' or 'UCF-101') "
            + $"holds a video ({string.Join(", ", VideoFolder.Extensions.Order(StringComparer.Ordinal))}).");
    }

    /// <summary>Every video, labelled by its folder.</summary>
    public List<Ucf101Video> Videos() =>
        [.. _classFolders.SelectMany(folder => VideoFolder.VideosIn(folder).Select(path => Video(path, Path.GetFileName(folder))))];

    /// <summary>The row of a video.</summary>
    public static Ucf101Video Video(string path, string label)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        var match = GroupInName().Match(name);
        string group = match.Success ? match.Groups[1].Value : name;
        return new Ucf101Video { VideoPath = path, Label = label, Group = $"{label}/{group}" };
    }

    // v_Archery_g01_c02: clip 2 of the recording that is group 1.
    [GeneratedRegex("_(g[0-9]+)_c[0-9]+$", RegexOptions.CultureInvariant)]
    private static partial Regex GroupInName();
}
