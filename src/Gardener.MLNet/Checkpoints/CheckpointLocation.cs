namespace GardenerML.Checkpoints;

/// <summary>The files that a path names.</summary>
/// <param name="Tensors">The tensors, open.</param>
/// <param name="Format">How they are stored.</param>
/// <param name="Configuration">config.json; null if there is none.</param>
/// <param name="ConfigurationBinds">
/// Whether the configuration belongs to the tensors for certain: it is of the folder that was named, or inside the file. One
/// that merely lies beside a named file is used only if it fits.
/// </param>
/// <param name="Preprocessor">preprocessor_config.json; null if there is none.</param>
internal sealed record CheckpointLocation(
    TensorFile Tensors,
    CheckpointFormat Format,
    ConfigurationFile? Configuration,
    bool ConfigurationBinds,
    ConfigurationFile? Preprocessor)
{
    /// <summary>The key of the safetensors metadata under which this library stores the configuration.</summary>
    public const string MetadataKey = "gardener.config";

    private static readonly string[] WeightFiles = ["model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"];

    /// <summary>Opens a Hugging Face folder.</summary>
    public static CheckpointLocation OpenFolder(string folder)
    {
        var name = WeightFiles.FirstOrDefault(name => File.Exists(Path.Combine(folder, name)))
            ?? throw new CheckpointException(
                folder, $"The folder holds none of {string.Join(", ", WeightFiles)}. Name a file to open it.");
        var configuration = ReadIfThere(folder, "config.json")
            ?? throw new CheckpointException(
                folder, $"The folder has no config.json. Name the file {name} to open it without.");
        var preprocessor = ReadIfThere(folder, "preprocessor_config.json");
        var (tensors, format) = OpenTensors(Path.Combine(folder, name));
        return new CheckpointLocation(tensors, format, configuration, true, preprocessor);
    }

    /// <summary>Opens one file.</summary>
    public static CheckpointLocation OpenFile(string path)
    {
        if (path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            return ModelZip.Open(path);
        var (tensors, format) = OpenTensors(path);
        try
        {
            if (OwnConfiguration(tensors) is { } own)
                return new CheckpointLocation(tensors, format, own, true, own);
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            var beside = ReadIfThere(folder, "config.json");
            var preprocessor = beside is null ? null : ReadIfThere(folder, "preprocessor_config.json");
            return new CheckpointLocation(tensors, format, beside, false, preprocessor);
        }
        catch
        {
            tensors.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file of this library's from a stream.</summary>
    public static CheckpointLocation ReadStream(Stream stream, string name) => OfLibrary(SafetensorsFile.Read(stream, name));

    /// <summary>Opens one of the <see cref="ShippedCheckpoints"/>.</summary>
    public static CheckpointLocation OpenShipped(string name) =>
        OfLibrary(SafetensorsFile.Open(ShippedCheckpoints.Open(name), name));

    private static CheckpointLocation OfLibrary(SafetensorsFile tensors)
    {
        try
        {
            var own = OwnConfiguration(tensors);
            return new CheckpointLocation(tensors, CheckpointFormat.Safetensors, own, true, own);
        }
        catch
        {
            tensors.Dispose();
            throw;
        }
    }

    private static (TensorFile Tensors, CheckpointFormat Format) OpenTensors(string path)
    {
        if (path.EndsWith(".index.json", StringComparison.OrdinalIgnoreCase))
            return (ShardedSafetensors.Open(path), CheckpointFormat.Safetensors);
        var source = ByteSource.Map(path);
        if (PyTorchFile.IsLikely(source))
            return (PyTorchFile.Open(source, path), CheckpointFormat.PyTorch);
        if (SafetensorsFile.IsLikely(source))
            return (SafetensorsFile.Open(source, path), CheckpointFormat.Safetensors);
        source.Dispose();
        throw new CheckpointException(path, "Not a checkpoint: it is neither a safetensors file nor one of PyTorch's torch.save.");
    }

    private static ConfigurationFile? OwnConfiguration(TensorFile tensors) =>
        tensors is SafetensorsFile file && file.Metadata.TryGetValue(MetadataKey, out var text)
            ? ConfigurationFile.Parse(System.Text.Encoding.UTF8.GetBytes(text), $"{file.Path} ({MetadataKey})")
            : null;

    private static ConfigurationFile? ReadIfThere(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? ConfigurationFile.Read(path) : null;
    }
}
