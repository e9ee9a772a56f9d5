namespace GardenerML.Checkpoints;

/// <summary>
/// The state dict of a file that PyTorch's <c>torch.save</c> wrote (.pth, .pt, .bin; PyTorch 1.6 or later), memory-mapped.
/// </summary>
/// <remarks>
/// The pickle inside is read by a reader of our own, which runs nothing and knows only what state dicts are made of; a file that
/// asks for anything else is refused by name. The state dict is the file's value itself, or its entry <c>model</c>,
/// <c>module</c> or <c>state_dict</c>. Tensors that are contiguous are read from the map; others are put together on first use.
/// </remarks>
public sealed class PyTorchFile : TensorFile
{
    private static readonly string[] StateDictKeys = ["model", "module", "state_dict"];

    /// <summary>Protocol 2 and the number 0x1950a86a20f9469cfc6c.</summary>
    private static readonly byte[] LegacyStart =
        [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

    private readonly ByteSource _source;
    private readonly Dictionary<string, StoredTensor> _tensors = [];
    private readonly List<string> _others = [];

    private PyTorchFile(string path, ByteSource source)
        : base(path) => _source = source;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, StoredTensor> Tensors => _tensors;

    /// <summary>What the file holds beside the state dict's tensors: the optimizer, the epoch, ...; by name.</summary>
    public IReadOnlyList<string> OtherEntries => _others;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">
    /// The file is damaged, holds no state dict, or is of the format before PyTorch 1.6.
    /// </exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static PyTorchFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Open(ByteSource.Map(path), path);
    }

    internal static PyTorchFile Open(ByteSource source, string path)
    {
        var file = new PyTorchFile(path, source);
        try
        {
            file.Read();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Whether a file begins as one of <c>torch.save</c> does, in the new or the old format.</summary>
    internal static bool IsLikely(ByteSource source) =>
        ZipDirectory.IsZip(source) || IsLegacy(source);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _source.Dispose();
    }

    /// <summary>
    /// The old format is a row of pickles, the first of which is a certain number; the oldest was a tar file.
    /// </summary>
    private static bool IsLegacy(ByteSource source) =>
        (source.Length >= 14 && source.Slice(0, 14).SequenceEqual(LegacyStart))
        || (source.Length >= 262 && source.Slice(257, 5).SequenceEqual("ustar"u8));

    private void Read()
    {
        if (!ZipDirectory.IsZip(_source))
        {
            throw new CheckpointException(Path, IsLegacy(_source)
                ? "The file is of the format before PyTorch 1.6. Convert it in Python: import torch; " +
                  "torch.save(torch.load('old.pth', map_location='cpu'), 'new.pth')"
                : "Not a file of PyTorch's torch.save.");
        }
        var entries = ZipDirectory.Read(_source, Path);
        var pickles = entries.Keys
            .Where(name => name.EndsWith("/data.pkl", StringComparison.Ordinal) && name.Count(c => c == '/') == 1)
            .ToList();
        if (pickles is not [var pickleName])
            throw new CheckpointException(Path, "The zip file holds no data.pkl: it is not one of torch.save.");
        var root = pickleName[..^"data.pkl".Length];
        if (entries.ContainsKey(root + "constants.pkl"))
            throw new CheckpointException(
                Path, "The file is a TorchScript program, not a state dict. Save the model's state_dict() instead.");
        if (entries.TryGetValue(root + "byteorder", out var order)
            && !_source.Slice(order.Start, (int)Math.Min(order.Length, 16)).SequenceEqual("little"u8))
            throw new CheckpointException(
                Path,
                "The numbers are stored big endian, which is not supported. Save the file again on a little-endian " +
                    "machine.");
        var pickle = entries[pickleName];
        if (pickle.Length > PickleReader.MaxLength)
            throw new CheckpointException(
                Path, $"The pickle has {pickle.Length:N0} bytes; at most {PickleReader.MaxLength:N0} are read.");
        var value = PickleReader.Read(_source.Slice(pickle.Start, (int)pickle.Length), Path);
        foreach (var (name, item) in FindStateDict(value))
        {
            if (item is TorchTensor tensor)
                _tensors.Add(name, MakeTensor(name, tensor, entries, root));
            else
                _others.Add(name);
        }
    }

    private Dictionary<string, object?> FindStateDict(object? value)
    {
        if (value is not PickleDictionary { Entries: var root })
            throw new CheckpointException(Path, "The file holds no dictionary of tensors.");
        foreach (var key in StateDictKeys)
        {
            if (root.GetValueOrDefault(key) is PickleDictionary { Entries: var entries }
                && entries.Values.Any(item => item is TorchTensor))
            {
                _others.AddRange(root.Keys.Where(name => name != key));
                return entries;
            }
        }
        if (root.Values.Any(item => item is TorchTensor))
            return root;
        throw new CheckpointException(
            Path,
            "The file holds no state dict: neither it nor its entry 'model', 'module' or 'state_dict' is a dictionary of " +
                $"tensors. It holds: {string.Join(", ", root.Keys.Take(10))}.");
    }

    private StridedTensor MakeTensor(
        string name, TorchTensor tensor, Dictionary<string, ZipDirectory.Entry> entries, string root)
    {
        var (storage, offset, shape, strides) = tensor;
        var (type, size) = TorchGlobals.Storage(storage.TypeName);
        if (!entries.TryGetValue($"{root}data/{storage.Key}", out var entry))
            throw new CheckpointException(
                Path, $"Tensor \"{name}\" is in the entry data/{storage.Key}, which the file lacks.");
        if (storage.Count > entry.Length / size)
            throw new CheckpointException(
                Path,
                $"Tensor \"{name}\" is in a storage of {storage.Count:N0} elements, but {entry.Length:N0} bytes are " +
                    "there.");
        if (!TensorTypes.TryCountElements(shape, out var count) || offset < 0 || strides.Any(stride => stride < 0))
            throw new CheckpointException(
                Path, $"Tensor \"{name}\" has an impossible shape {TensorTypes.Format(shape)} or place.");
        // Repeated elements (stride 0) would let a small file ask for any amount of memory.
        if (count > storage.Count || (count > 0 && !LiesWithin(storage.Count, offset, shape, strides)))
            throw new CheckpointException(
                Path,
                $"Tensor \"{name}\" of shape {TensorTypes.Format(shape)} reaches beyond its storage of " +
                    $"{storage.Count:N0} elements.");
        return new StridedTensor(Path, name, type, storage.TypeName, shape, strides, _source, entry.Start + offset * size);
    }

    private static bool LiesWithin(long count, long offset, long[] shape, long[] strides)
    {
        var last = (Int128)offset;
        for (var i = 0; i < shape.Length; i++)
            last += (Int128)(shape[i] - 1) * strides[i];
        return last < count;
    }
}
