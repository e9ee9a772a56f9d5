using System.Text.Json.Nodes;

namespace GardenerML.Checkpoints;

/// <summary>Several safetensors files in one folder, with an index that tells which tensor is in which.</summary>
internal sealed class ShardedSafetensors : TensorFile
{
    private readonly List<SafetensorsFile> _shards = [];
    private readonly Dictionary<string, StoredTensor> _tensors = [];

    private ShardedSafetensors(string path)
        : base(path)
    {
    }

    public override IReadOnlyDictionary<string, StoredTensor> Tensors => _tensors;

    /// <summary>Opens all files that the index (model.safetensors.index.json) names.</summary>
    public static ShardedSafetensors Open(string indexPath)
    {
        var shards = ReadIndex(indexPath);
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(indexPath))!;
        var opened = new ShardedSafetensors(indexPath);
        try
        {
            foreach (var (file, names) in shards)
                opened.Add(System.IO.Path.Combine(folder, file), names);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>The files that an index names, each with its tensors. A name with a folder in it is refused.</summary>
    public static SortedDictionary<string, HashSet<string>> ReadIndex(string indexPath)
    {
        if (ConfigurationFile.Read(indexPath).Json["weight_map"] is not JsonObject map)
            throw new CheckpointException(indexPath, "The index has no \"weight_map\" object.");
        var shards = new SortedDictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var (tensor, value) in map)
        {
            if (value is not JsonValue text || !text.TryGetValue(out string? file) || !IsPlainName(file))
                throw new CheckpointException(
                    indexPath,
                    $"The file of tensor \"{tensor}\" must be the plain name of a .safetensors file; it is " +
                        $"{value?.ToJsonString()}.");
            if (!shards.TryGetValue(file, out var names))
                shards.Add(file, names = []);
            names.Add(tensor);
        }
        return shards;
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var shard in _shards)
            shard.Dispose();
    }

    private static bool IsPlainName(string name) =>
        name.EndsWith(".safetensors", StringComparison.Ordinal) && name.AsSpan().IndexOfAny("/\\:") < 0;

    private void Add(string path, HashSet<string> names)
    {
        if (!File.Exists(path))
            throw new CheckpointException(
                Path, $"The index names the file {System.IO.Path.GetFileName(path)}, which is not there.");
        var shard = SafetensorsFile.Open(path);
        _shards.Add(shard);
        foreach (var (name, tensor) in shard.Tensors)
        {
            if (!_tensors.TryAdd(name, tensor))
                throw new CheckpointException(path, $"Tensor \"{name}\" is in another file too.");
        }
        if (names.FirstOrDefault(name => !shard.Tensors.ContainsKey(name)) is { } missing)
            throw new CheckpointException(
                path, $"The index says that tensor \"{missing}\" is in this file, but it is not.");
    }
}
