using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GardenerML.Samples.Motion;

/// <summary>The names, lists and options of a made action data set on disk.</summary>
internal static class MotionDatasetFiles
{
    public const string VideoFolder = "videos";
    public const string ListFolder = "ucfTrainTestlist";
    public const string ClassList = "classInd.txt";
    public const string TrainList = "trainlist01.txt";
    public const string TestList = "testlist01.txt";
    private const string OptionsFile = "motion-dataset.json";

    /// <summary>Raised whenever the same options give other clips than before.</summary>
    private const int Version = 1;

    /// <summary>The official lists end their lines so, on every system.</summary>
    private const string LineEnd = "\r\n";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The file of a clip, relative to the folder of videos, as the lists write it.</summary>
    public static string ClipPath(MotionClass motion, int group, int clip) =>
        $"{motion}/v_{motion}_g{group:00}_c{clip:00}.avi";

    /// <summary>All clips in the order of the lists; groups and clips count from 1.</summary>
    public static IEnumerable<(MotionClass Motion, int Group, int Clip)> Clips(MotionDatasetOptions options) =>
        from motion in Enum.GetValues<MotionClass>()
        from @group in Enumerable.Range(1, options.Groups)
        from clip in Enumerable.Range(1, options.ClipsPerGroup)
        select (motion, @group, clip);

    public static void WriteLists(string folder, MotionDatasetOptions options)
    {
        var classes = Enum.GetValues<MotionClass>().Select(motion => $"{(int)motion + 1} {motion}");
        var test = Clips(options).Where(c => c.Group <= options.TestGroups)
            .Select(c => ClipPath(c.Motion, c.Group, c.Clip));
        var train = Clips(options).Where(c => c.Group > options.TestGroups)
            .Select(c => $"{ClipPath(c.Motion, c.Group, c.Clip)} {(int)c.Motion + 1}");

        var lists = Directory.CreateDirectory(Path.Combine(folder, ListFolder)).FullName;
        WriteLines(Path.Combine(lists, ClassList), classes);
        WriteLines(Path.Combine(lists, TrainList), train);
        WriteLines(Path.Combine(lists, TestList), test);
    }

    public static void WriteOptions(string folder, MotionDatasetOptions options) =>
        File.WriteAllText(
            Path.Combine(folder, OptionsFile), JsonSerializer.Serialize(new Made(Version, options), Json));

    /// <summary>Whether the folder holds the data set; false if it is absent or empty, an exception if it holds else.</summary>
    public static bool IsAlreadyIn(string folder, MotionDatasetOptions options)
    {
        if (!Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any())
            return false;
        var made = ReadOptions(folder)
            ?? throw new IOException($"'{folder}' is not empty and holds no made action data set; name another folder.");
        if (made != new Made(Version, options with { Threads = 0 }))
        {
            throw new IOException(
                $"'{folder}' holds a made action data set of version {made.Version} with {made.Options}; asked for was version " +
                $"{Version} with {options}. Delete the folder or name another one.");
        }
        var missing = Clips(options).Select(c => Path.Combine(VideoFolder, ClipPath(c.Motion, c.Group, c.Clip)))
            .Concat(from list in (string[])[ClassList, TrainList, TestList] select Path.Combine(ListFolder, list))
            .FirstOrDefault(path => !File.Exists(Path.Combine(folder, path)));
        if (missing is null)
            return true;
        throw new IOException(
            $"The made action data set in '{folder}' lacks {missing}. Delete the folder to have it made again.");
    }

    private static Made? ReadOptions(string folder)
    {
        const int MostBytes = 65_536;
        var file = new FileInfo(Path.Combine(folder, OptionsFile));
        if (!file.Exists || file.Length > MostBytes)
            return null;
        try
        {
            var made = JsonSerializer.Deserialize<Made>(File.ReadAllText(file.FullName), Json);
            return made?.Options is null ? null : made;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void WriteLines(string path, IEnumerable<string> lines) =>
        File.WriteAllText(path, string.Concat(lines.Select(line => line + LineEnd)), new UTF8Encoding(false));

    private sealed record Made(int Version, MotionDatasetOptions Options);
}
