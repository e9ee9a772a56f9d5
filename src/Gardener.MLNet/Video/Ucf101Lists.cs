namespace GardenerML.Video;

/// <summary>UCF101's lists of one split: which videos are trained with, which are tested with.</summary>
internal sealed class Ucf101Lists
{
    private readonly string _folder;
    private readonly int _split;
    private readonly Dictionary<string, int>? _classes;

    private Ucf101Lists(string folder, int split)
    {
        _folder = folder;
        _split = split;
        foreach (bool test in new[] { false, true })
        {
            if (!File.Exists(PathOf(test)))
                throw new FileNotFoundException(
                    $"The list '{PathOf(test)}' of split {split} is missing.", PathOf(test));
        }
        string index = Path.Combine(folder, "classInd.txt");
        _classes = File.Exists(index) ? ReadClasses(index) : null;
    }

    /// <summary>Finds the lists, or null where there are none and none are asked for.</summary>
    /// <param name="root">The data set's root.</param>
    /// <param name="split">Which split.</param>
    /// <param name="folder">The folder of the lists, or null to look for them.</param>
    /// <param name="classes">The classes that the root has. Lists beside the root may be those of another data set: they
    /// count only if they name one of these.</param>
    public static Ucf101Lists? Find(string root, int split, string? folder, IEnumerable<string> classes)
    {
        const string Name = "ucfTrainTestlist";
        if (folder is not null)
        {
            if (!Directory.Exists(folder))
                throw new DirectoryNotFoundException(
                    $"There is no folder '{Path.GetFullPath(folder)}' of split lists.");
            return new Ucf101Lists(folder, split);
        }
        root = Path.GetFullPath(root);
        string beside = Path.Combine(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(root)) ?? root, Name);
        string? found = new[] { root, Path.Combine(root, Name) }.FirstOrDefault(each => ListsIn(each).Any())
            ?? (NamesOneOf(classes, beside) ? beside : null);
        return found is null ? null : new Ucf101Lists(found, split);
    }

    private static IEnumerable<string> ListsIn(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*list0?.txt") : [];

    private static bool NamesOneOf(IEnumerable<string> classes, string folder)
    {
        var known = classes.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return ListsIn(folder).SelectMany(File.ReadLines)
            .Any(line => line.IndexOfAny(['/', '\\']) is var end and > 0 && known.Contains(line[..end].Trim()));
    }

    /// <summary>
    /// Reads one list: a class/file a line, in a training list with the number of the class behind it.
    /// </summary>
    /// <param name="videos">The folder of the class folders.</param>
    /// <param name="test">Whether to read the test list.</param>
    /// <exception cref="InvalidDataException">A line is malformed.</exception>
    public List<Ucf101Video> Read(string videos, bool test)
    {
        var result = new List<Ucf101Video>();
        var seen = new HashSet<string>();
        foreach (var (line, where) in Lines(PathOf(test)))
        {
            // The name itself may hold spaces; a number behind the last one is the class.
            int gap = line.LastIndexOf(' ');
            int number = 0;
            bool numbered = gap > 0 && int.TryParse(line.AsSpan(gap + 1), out number);
            string name = (numbered ? line[..gap] : line).TrimEnd().Replace('\\', '/');
            string[] parts = name.Split('/');
            if (parts.Length != 2 || !parts.All(IsFileName))
                throw new InvalidDataException($"{where}: '{line}' is not of the form class/file.");
            int known = 0;
            if (_classes is not null && !_classes.TryGetValue(parts[0], out known))
                throw new InvalidDataException($"{where}: the class '{parts[0]}' is not in classInd.txt.");
            if (numbered && _classes is not null && known != number)
                throw new InvalidDataException(
                    $"{where}: class '{parts[0]}' has number {number} here and {known} in classInd.txt.");
            if (seen.Add(name))
                result.Add(Ucf101Folder.Video(Path.Combine(videos, parts[0], parts[1]), parts[0]));
        }
        return result;
    }

    private static bool IsFileName(string part) =>
        part is not ("" or "." or "..") && part.IndexOfAny(Path.GetInvalidFileNameChars()) < 0;

    private static Dictionary<string, int> ReadClasses(string path)
    {
        var classes = new Dictionary<string, int>();
        foreach (var (line, where) in Lines(path))
        {
            string[] parts = line.Split(' ', 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length != 2 || !int.TryParse(parts[0], out int number) || !classes.TryAdd(parts[1], number))
                throw new InvalidDataException($"{where}: '{line}' is not a number and a class name of its own.");
        }
        return classes;
    }

    private static IEnumerable<(string Line, string Where)> Lines(string path)
    {
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
                yield return (line.Trim(), $"{path}, line {number}");
        }
    }

    private string PathOf(bool test) => Path.Combine(_folder, $"{(test ? "test" : "train")}list{_split:00}.txt");
}
