using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using GardenerML.Checkpoints;
using static TorchSharp.torch;

namespace GardenerML.Training;

/// <summary>
/// A folder with the state of a run: <c>state.safetensors</c> (weights, optimiser, average; where it stands and what it belongs
/// to as JSON in the header) and <c>best-E.safetensors</c> (the weights of the best epoch). Each file is there whole or not at all.
/// </summary>
internal sealed class TrainingStore : IDisposable
{
    private const string StateFile = "state.safetensors";
    private const string LockFile = "lock";
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const string BestPrefix = "best-";
    private const string PositionKey = "position";
    private const string SettingsKey = "settings";

    // A validation loss may be infinite.
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly string _folder;
    private readonly VideoTrainingOptions _options;
    private readonly FileStream _lock;
    private readonly Stopwatch _sinceSave = Stopwatch.StartNew();
    private SortedDictionary<string, string> _settings = [];

    private TrainingStore(string folder, VideoTrainingOptions options, FileStream ownership) =>
        (_folder, _options, _lock) = (folder, options, ownership);

    private string StatePath => Path.Combine(_folder, StateFile);

    /// <summary>Opens a folder, or makes it, and keeps other runs out of it.</summary>
    /// <exception cref="ResumeFolderInUseException">Another run uses it.</exception>
    public static TrainingStore Open(string folder, VideoTrainingOptions options)
    {
        Directory.CreateDirectory(folder);
        FileStream ownership;
        try
        {
            ownership = new FileStream(Path.Combine(folder, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (IsHeld(e))
        {
            throw new ResumeFolderInUseException($"The resume folder {folder} is in use by another run; give each run a folder of its own. ({e.Message})", e);
        }
        // What a killed run was about to write.
        foreach (var file in Directory.EnumerateFiles(folder, "*.safetensors.*.tmp"))
            File.Delete(file);
        return new TrainingStore(folder, options, ownership);
    }

    /// <summary>Whether an error says that another holds a file for itself.</summary>
    public static bool IsHeld(IOException error) => error.HResult is SharingViolation or LinuxWouldBlock or MacWouldBlock;

    /// <summary>Whether the run that is kept in a folder has done steps after an epoch.</summary>
    public static bool IsBeyond(string folder, int epoch)
    {
        var path = Path.Combine(folder, StateFile);
        if (!File.Exists(path))
            return false;
        using var file = SafetensorsFile.Open(path);
        var position = Read<TrainingPosition>(file, PositionKey);
        return position.Epoch > epoch + 1 || (position.Epoch == epoch + 1 && position.StepInEpoch > 0);
    }

    /// <summary>Deletes a folder with a run that no one uses; one that is in use stays.</summary>
    public static void Delete(string folder)
    {
        var path = Path.Combine(folder, LockFile);
        try
        {
            if (!File.Exists(path))
                return;
            using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            {
                foreach (var file in Directory.EnumerateFiles(folder, "*.safetensors*"))
                    File.Delete(file);
            }
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // In use, or another process deletes it too; what is left goes another time.
        }
    }

    /// <summary>The seed of the run that is kept here; null if there is none.</summary>
    public int? Seed()
    {
        using var file = OpenState();
        return file is null ? null : int.Parse(Settings(file)[TrainingSettings.SeedName], CultureInfo.InvariantCulture);
    }

    /// <summary>Says what a state must belong to.</summary>
    /// <exception cref="InvalidOperationException">The state here belongs to something else; the message says what differs.</exception>
    public void Require(SortedDictionary<string, string> settings)
    {
        _settings = settings;
        using var file = OpenState();
        if (file is null)
            return;
        if (SettingsDifference.Find(Settings(file), settings) is { } difference)
            throw new InvalidOperationException(
                $"{difference}. The state in {_folder} is of the run as it was before: give the same settings and data to go on with it, or "
                + "begin anew with another ResumeFolder.");
    }

    /// <summary>Puts a run back to where it was.</summary>
    /// <returns>Where it stands; null if there is no state.</returns>
    public TrainingPosition? Restore(TrainingStep step, BestWeights? best)
    {
        using var file = OpenState();
        if (file is null)
            return null;
        var position = Read<TrainingPosition>(file, PositionKey);
        if (best is not null && position.Best is { } metrics)
        {
            // Through the model: the copies are of its weights.
            using var weights = SafetensorsFile.Open(BestPath(metrics.Epoch));
            Load(weights, step.Weights.Select(weight => (weight.Name, (Tensor)weight.Parameter)));
            best.Keep();
        }
        Load(file, Tensors(step));
        step.Optimizer.StepCount = position.Step;
        return position;
    }

    /// <summary>Whether the state is to be saved after this step.</summary>
    public bool IsDue(int step) => step % (_options.SaveEverySteps ?? int.MaxValue) == 0 || _sinceSave.Elapsed >= _options.SaveInterval;

    /// <summary>Saves the state, over the one before.</summary>
    public void Save(TrainingStep step, TrainingPosition position)
    {
        SafetensorsWriter.Write(StatePath, Tensors(step).Select(Content), new Dictionary<string, string>
        {
            [SettingsKey] = JsonSerializer.Serialize(_settings, Json),
            [PositionKey] = JsonSerializer.Serialize(position, Json),
        });
        _sinceSave.Restart();
        // The state names its best epoch, so the others' weights are of no use any more.
        foreach (var path in Directory.EnumerateFiles(_folder, BestPrefix + "*.safetensors"))
        {
            if (position.Best is { } best && path != BestPath(best.Epoch))
                File.Delete(path);
        }
    }

    /// <summary>Saves the weights of the best epoch, before the state that names it.</summary>
    public void SaveBest(BestWeights best, int epoch) => SafetensorsWriter.Write(BestPath(epoch), best.State.Select(Content));

    private string BestPath(int epoch) => Path.Combine(_folder, $"{BestPrefix}{epoch}.safetensors");

    private SafetensorsFile? OpenState() => File.Exists(StatePath) ? SafetensorsFile.Open(StatePath) : null;

    private static SortedDictionary<string, string> Settings(SafetensorsFile file) => Read<SortedDictionary<string, string>>(file, SettingsKey);

    private static T Read<T>(SafetensorsFile file, string key)
    {
        try
        {
            if (file.Metadata.TryGetValue(key, out var json) && JsonSerializer.Deserialize<T>(json, Json) is { } value)
                return value;
        }
        catch (JsonException)
        {
            // Named below.
        }
        throw new CheckpointException(file.Path, $"Its header holds no {key} of a training run.");
    }

    private static IEnumerable<(string Name, Tensor Values)> Tensors(TrainingStep step) =>
    [
        .. step.Model.named_parameters().Select(pair => ($"model.{pair.name}", (Tensor)pair.parameter)),
        .. step.Optimizer.State,
        .. step.Average?.State ?? [],
    ];

    private static void Load(SafetensorsFile file, IEnumerable<(string Name, Tensor Values)> targets)
    {
        using var noGradient = no_grad();
        foreach (var (name, values) in targets)
        {
            if (!file.Tensors.TryGetValue(name, out var stored) || stored.Type != TensorType.Float32 || !stored.Shape.SequenceEqual(values.shape))
                throw new CheckpointException(file.Path, $"The tensor {name} is not there as Float32 [{string.Join(", ", values.shape)}].");
            using var here = empty(values.shape);
            stored.Bytes.CopyTo(here.bytes);
            values.copy_(here);
        }
    }

    private static TensorContent Content((string Name, Tensor Values) tensor) =>
        new(tensor.Name, TensorType.Float32, tensor.Values.shape, stream =>
        {
            using var scope = NewDisposeScope();
            stream.Write(tensor.Values.detach().cpu().contiguous().bytes);
        });

    public void Dispose() => _lock.Dispose();
}
