using GardenerML.Checkpoints;

namespace GardenerML.Pruning;

/// <summary>A safetensors file of any transformer whose blocks are stacked under a numbered prefix.</summary>
internal sealed class StackedCheckpoint : IDisposable
{
    private readonly SafetensorsFile _file;
    private readonly RawSafetensors _raw;
    private readonly string _path;
    private readonly IReadOnlyList<IReadOnlyList<BlockTensorName>> _blocks;

    private StackedCheckpoint(SafetensorsFile file, RawSafetensors raw, string path, IReadOnlyList<IReadOnlyList<BlockTensorName>> blocks) =>
        (_file, _raw, _path, _blocks) = (file, raw, path, blocks);

    public int BlockCount => _blocks.Count;

    /// <summary>What the files of some of the blocks cost.</summary>
    public ModelCosts Costs => new FileCosts(this);

    /// <summary>Opens a file.</summary>
    /// <exception cref="CheckpointException">The file is not a valid safetensors file.</exception>
    /// <exception cref="ArgumentException">The pattern does not fit its names.</exception>
    public static StackedCheckpoint Open(string path, string blockPattern)
    {
        var pattern = new BlockPattern(blockPattern);
        if (!File.Exists(path))
            throw new FileNotFoundException(
                $"{path}: there is no such file. With a block pattern, the checkpoint must be a safetensors file.", path);
        var file = SafetensorsFile.Open(path);
        RawSafetensors? raw = null;
        try
        {
            raw = RawSafetensors.Open(path);
            return new StackedCheckpoint(file, raw, path, pattern.Sort(raw.Entries.Select(entry => entry.Name), path));
        }
        catch
        {
            raw?.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <summary>The weights of each block: its matrices, or all of its floating-point tensors.</summary>
    /// <exception cref="ArgumentException">A block has none.</exception>
    public StoredTensor[][] Weights(WeightSet weights)
    {
        BlockTensors.Check(weights, "");
        var matricesOnly = weights == WeightSet.Matrices;
        return [.. _blocks.Select((names, block) =>
        {
            StoredTensor[] chosen = [.. names.Select(name => _file.Tensors[name.Name]).Where(tensor =>
                tensor.Type is not (TensorType.Int64 or TensorType.Other) && (!matricesOnly || tensor.Shape.Count == 2))];
            return chosen.Length > 0
                ? chosen
                : throw new ArgumentException(
                    $"{_path}: block {block} has no {(matricesOnly ? "matrices" : "tensors")} of floating-point numbers; it has {string.Join(", ", names.Select(name => name.Name))}.");
        })];
    }

    /// <summary>Identity of the weights.</summary>
    public string Hash() => WeightsHash.Of(_raw);

    /// <summary>Writes the file with some of the blocks, renumbered; all else is copied byte for byte.</summary>
    public void Save(string path, IReadOnlyList<int> kept, IReadOnlyDictionary<string, string> metadata)
    {
        var names = _blocks.SelectMany(block => block).ToDictionary(name => name.Name, _ => (string?)null);
        for (var index = 0; index < kept.Count; index++)
        {
            foreach (var name in _blocks[kept[index]])
                names[name.Name] = name.In(index);
        }
        _raw.Write(path, name => names.GetValueOrDefault(name, name), metadata);
    }

    public void Dispose()
    {
        _raw.Dispose();
        _file.Dispose();
    }

    private sealed class FileCosts(StackedCheckpoint checkpoint) : ModelCosts
    {
        private const int HeaderAllowance = 4096;
        private const int TensorAllowance = 256;

        public override double Parameters(IReadOnlyList<int> kept) =>
            Kept(kept).Sum(entry => entry.Shape.Aggregate(1L, (product, size) => product * size));

        public override double ModelBytes(IReadOnlyList<int> kept, TensorType weightType) =>
            HeaderAllowance + Kept(kept).Sum(entry => entry.End - entry.Begin + TensorAllowance);

        public override PlannedCost Cost(IReadOnlyList<int> kept) => new((long)Parameters(kept), null);

        public override double GigaFlops(IReadOnlyList<int> kept) => throw Unknown("operations");

        public override TimeSpan Latency(IReadOnlyList<int> kept, ComputeDevice device, int batchSize) =>
            throw Unknown("latency");

        private IEnumerable<SafetensorsHeader.Entry> Kept(IReadOnlyList<int> kept)
        {
            var removed = Enumerable.Range(0, checkpoint.BlockCount).Except(kept)
                .SelectMany(block => checkpoint._blocks[block]).Select(name => name.Name).ToHashSet();
            return checkpoint._raw.Entries.Where(entry => !removed.Contains(entry.Name));
        }

        private NotSupportedException Unknown(string what) => new(
            $"{checkpoint._path}: the {what} of this model are not known, because it is no VideoMAE checkpoint. Choose by ratio, "
            + "number of blocks, parameters or size.");
    }
}
