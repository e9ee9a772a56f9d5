using System.Text.Json;
using GardenerML.Checkpoints;
using GardenerML.Training;

namespace GardenerML.Sensitivity;

/// <summary>
/// A folder of finished runs: settings.json says what they belong to, and each run is a file of its own, which is there
/// whole or not at all.
/// </summary>
internal sealed class SensitivityState
{
    private const string SettingsFile = "settings.json";

    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true };

    private readonly string _folder;

    private SensitivityState(string folder) => _folder = folder;

    /// <summary>The removed blocks as the name of a run.</summary>
    public static string Key(IReadOnlyList<int> removed) => removed.Count == 0 ? "none" : string.Join('-', removed);

    /// <summary>Opens a folder, or makes it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="settings">What decides the outcome of a run, by name.</param>
    /// <exception cref="InvalidOperationException">
    /// The folder's runs were made with other settings; the message names them.
    /// </exception>
    public static SensitivityState Open(string folder, IReadOnlyDictionary<string, string> settings)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, SettingsFile);
        if (!File.Exists(path))
        {
            if (Directory.EnumerateFileSystemEntries(folder).Any(entry => !entry.EndsWith(".tmp", StringComparison.Ordinal)))
                throw new InvalidOperationException(
                    $"The folder {folder} is not empty and keeps no measurement; choose a new one for the state.");
            AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, settings, Options));
            return new SensitivityState(folder);
        }
        if (SettingsDifference.Describe(Read<Dictionary<string, string>>(path), settings) is { } differences)
            throw new InvalidOperationException(
                $"The runs in {folder} were made with other settings: {differences}. Give the same ones, or another folder.");
        return new SensitivityState(folder);
    }

    /// <summary>A finished run; null if there is none.</summary>
    /// <exception cref="InvalidDataException">Its file is damaged.</exception>
    public SensitivityRun? Find(IReadOnlyList<int> removed)
    {
        var path = PathOf(removed);
        if (!File.Exists(path))
            return null;
        var run = Read<SensitivityRun>(path);
        if (run is not { Removed: not null, Clips: > 0, Accuracy: >= 0 and <= 1, MeanClassRecall: >= 0 and <= 1 } || !run.Removed.SequenceEqual(removed))
            throw Damaged(path, null);
        EndTraining(removed);
        return run;
    }

    /// <summary>Keeps a run, and no more what its training had kept.</summary>
    public void Add(SensitivityRun run)
    {
        AtomicFile.Write(PathOf(run.Removed), stream => JsonSerializer.Serialize(stream, run, Options));
        EndTraining(run.Removed);
    }

    /// <summary>Where the training of a run that is not finished keeps its state.</summary>
    public string TrainingFolder(IReadOnlyList<int> removed) => Path.Combine(_folder, $"training.{Key(removed)}");

    private void EndTraining(IReadOnlyList<int> removed)
    {
        var folder = TrainingFolder(removed);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private string PathOf(IReadOnlyList<int> removed) => Path.Combine(_folder, $"run.{Key(removed)}.json");

    private static T Read<T>(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return JsonSerializer.Deserialize<T>(stream, Options) ?? throw Damaged(path, null);
        }
        catch (JsonException e)
        {
            throw Damaged(path, e);
        }
    }

    private static InvalidDataException Damaged(string path, Exception? inner) =>
        new($"{path}: the file is damaged. Delete it to measure again.", inner);
}
