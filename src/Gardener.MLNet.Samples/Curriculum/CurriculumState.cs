using System.Text.Json;
using System.Text.Json.Serialization;
using GardenerML.Training;

namespace GardenerML.Samples.Curriculum;

/// <summary>
/// The folder of a curriculum: settings.json says what its stages belong to; a finished stage is a checkpoint and a file of what it
/// gave, a stage that is trained the state of its training.
/// </summary>
internal sealed class CurriculumState
{
    private const string SettingsFile = "settings.json";

    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private readonly string _folder;

    private CurriculumState(string folder) => _folder = folder;

    /// <summary>Opens a folder, or makes it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="settings">What decides the outcome of the stages, by name.</param>
    /// <exception cref="InvalidOperationException">The folder holds something else, or stages of other settings.</exception>
    /// <exception cref="InvalidDataException">Its settings are damaged.</exception>
    public static CurriculumState Open(string folder, IReadOnlyDictionary<string, string> settings)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, SettingsFile);
        if (!File.Exists(path))
        {
            if (Directory.EnumerateFileSystemEntries(folder).Any(entry => !entry.EndsWith(".tmp", StringComparison.Ordinal)))
                throw new InvalidOperationException($"The folder {folder} is not empty and does not say what it belongs to; choose a new one.");
            Write(path, settings);
            return new CurriculumState(folder);
        }
        var before = Read<Dictionary<string, string>>(path);
        string[] differences =
        [
            .. settings.Keys.Union(before.Keys).Order(StringComparer.Ordinal)
                .Select(name => (Name: name, Before: before.GetValueOrDefault(name), Now: settings.GetValueOrDefault(name)))
                .Where(setting => setting.Before != setting.Now)
                .Select(setting => $"{setting.Name} was {setting.Before ?? "absent"} and is {setting.Now ?? "absent"}"),
        ];
        if (differences.Length > 0)
            throw new InvalidOperationException(
                $"The stages in {folder} were trained with other settings: {string.Join("; ", differences)}. Give the same ones, or another folder.");
        return new CurriculumState(folder);
    }

    /// <summary>The checkpoint after a stage.</summary>
    public string Checkpoint(int stage) => Path.Combine(_folder, $"stage-{stage}");

    /// <summary>Where the training of a stage that is not finished keeps its state.</summary>
    public string TrainingFolder(int stage) => Path.Combine(_folder, $"state-{stage}");

    /// <summary>What a finished stage gave; null where it is not finished.</summary>
    /// <exception cref="InvalidDataException">Its file is damaged.</exception>
    public EpochMetrics? Find(int stage)
    {
        var path = MetricsFile(stage);
        if (!File.Exists(path))
            return null;
        var metrics = Read<EpochMetrics>(path);
        if (metrics.Validation is null)
            throw Damaged(path, null);
        EndTraining(stage);
        return metrics;
    }

    /// <summary>Takes note of a finished stage, whose checkpoint is there, and keeps no more what its training had kept.</summary>
    public void Add(int stage, EpochMetrics metrics)
    {
        Write(MetricsFile(stage), metrics);
        EndTraining(stage);
    }

    private void EndTraining(int stage)
    {
        if (Directory.Exists(TrainingFolder(stage)))
            Directory.Delete(TrainingFolder(stage), recursive: true);
    }

    private string MetricsFile(int stage) => Path.Combine(_folder, $"stage-{stage}.json");

    private static void Write<T>(string path, T value) =>
        OutputFile.Write(path, partial => File.WriteAllBytes(partial, JsonSerializer.SerializeToUtf8Bytes(value, Options)));

    private static T Read<T>(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), Options) ?? throw Damaged(path, null);
        }
        catch (JsonException e)
        {
            throw Damaged(path, e);
        }
    }

    private static InvalidDataException Damaged(string path, Exception? inner) =>
        new($"{path}: the file is damaged. Choose another folder to train anew.", inner);
}
