namespace GardenerML.Checkpoints;

/// <summary>
/// The tensors of a file sorted by logical name, before anything is known about the model's geometry.
/// </summary>
internal sealed class CheckpointContents
{
    private static readonly string[] Letters = ["q", "k", "v"];

    private CheckpointContents()
    {
    }

    /// <summary>Everything that has a logical name, the position tables excepted.</summary>
    public Dictionary<string, LogicalTensor> Tensors { get; } = [];

    /// <summary>Position tables, which are only compared.</summary>
    public List<StoredTensor> PositionTables { get; } = [];

    /// <summary>Tensors whose name no layout has.</summary>
    public List<StoredTensor> Unknown { get; } = [];

    /// <summary>Faults found while sorting: parts that do not fit together.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Whether the names are Hugging Face's.</summary>
    public bool HuggingFace { get; private set; }

    /// <summary>Whether a key bias was found and left out because it is zero everywhere.</summary>
    public bool DroppedZeroKeyBias { get; private set; }

    /// <summary>The number of blocks: the highest index plus one.</summary>
    public int BlockCount(string prefix) => Tensors.Keys
        .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
        .Select(name => int.Parse(name.AsSpan(prefix.Length, name.IndexOf('.', prefix.Length) - prefix.Length)) + 1)
        .DefaultIfEmpty()
        .Max();

    /// <summary>Whether any block of the encoder has a tensor of this name.</summary>
    public bool AnyBlockHas(string suffix) =>
        Tensors.Keys.Any(name =>
            name.StartsWith("blocks.", StringComparison.Ordinal) && name.EndsWith(suffix, StringComparison.Ordinal));

    public static CheckpointContents Sort(IEnumerable<StoredTensor> stored)
    {
        var contents = new CheckpointContents();
        var parts = new SortedDictionary<string, SortedDictionary<int, StoredTensor>>(StringComparer.Ordinal);
        foreach (var tensor in stored.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            if (KeyMap.Translate(tensor.Name) is not { } target)
            {
                contents.Unknown.Add(tensor);
                continue;
            }
            contents.HuggingFace |= target.HuggingFace;
            if (target.Logical == KeyMap.PositionTable)
            {
                contents.PositionTables.Add(tensor);
                continue;
            }
            if (!parts.TryGetValue(target.Logical, out var ofOne))
                parts.Add(target.Logical, ofOne = []);
            if (!ofOne.TryAdd(target.Part, tensor))
                contents.Faults.Add($"{tensor.Name}: \"{ofOne[target.Part].Name}\" holds the same weights");
        }
        foreach (var (name, ofOne) in parts)
            contents.Join(name, ofOne);
        contents.SplitFusedBiases();
        contents.DropZeroKeyBiases();
        return contents;
    }

    private void Join(string name, SortedDictionary<int, StoredTensor> parts)
    {
        if (parts.Count > 1 || parts.Keys.First() >= 0)
        {
            if (parts.Count != 3 || parts.ContainsKey(-1))
            {
                Faults.Add($"{name}: query, key and value must all be there, or one stacked matrix; found " +
                    string.Join(", ", parts.Values.Select(part => part.Name)));
                return;
            }
            var first = parts[0];
            if (parts.Values.Any(part => part.Type != first.Type
                || part.Shape.Count < 1
                || !part.Shape.Skip(1).SequenceEqual(first.Shape.Skip(1))))
            {
                Faults.Add($"{name}: the parts differ in type or shape: {string.Join("; ", parts.Values)}");
                return;
            }
        }
        Tensors.Add(name, new LogicalTensor(name, [.. parts.Values]));
    }

    /// <summary>A ViT's fused bias [3 * width] becomes q_bias, k_bias and v_bias.</summary>
    private void SplitFusedBiases()
    {
        const string Suffix = "attn.qkv.bias";
        foreach (var (name, tensor) in Tensors.Where(pair => pair.Key.EndsWith(Suffix, StringComparison.Ordinal)).ToList())
        {
            Tensors.Remove(name);
            var whole = tensor.Parts[0];
            if (whole.Shape.Count != 1 || whole.Shape[0] % 3 != 0)
            {
                Faults.Add(
                    $"{whole.Name}: shape {TensorTypes.Format(whole.Shape)}; expected query, key and value biases " +
                        "in one vector");
                continue;
            }
            var width = whole.Shape[0] / 3;
            for (var part = 0; part < 3; part++)
            {
                var partName = $"{name[..^Suffix.Length]}attn.{Letters[part]}_bias";
                if (!Tensors.TryAdd(partName, new LogicalTensor(partName, [new TensorSlice(whole, part * width, width)])))
                    Faults.Add($"{whole.Name}: \"{Tensors[partName].Parts[0].Name}\" holds the same weights");
            }
        }
    }

    /// <summary>Key biases are left out if all of them are zero, in the encoder and the decoder apart.</summary>
    private void DropZeroKeyBiases()
    {
        foreach (var prefix in (string[])["blocks.", "decoder.blocks."])
        {
            var biases = Tensors.Values
                .Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal)
                    && tensor.Name.EndsWith("attn.k_bias", StringComparison.Ordinal))
                .ToList();
            if (biases.Count == 0 || !biases.All(bias => IsZero(bias.Parts[0])))
                continue;
            DroppedZeroKeyBias = true;
            foreach (var bias in biases)
                Tensors.Remove(bias.Name);
        }
    }

    private static bool IsZero(StoredTensor tensor)
    {
        if (tensor.Type == TensorType.Other)
            return false;
        var bytes = tensor.Bytes;
        for (var i = 0; i < (int)tensor.ElementCount; i++)
        {
            if (tensor.Type.ReadElement(bytes, i) != 0)
                return false;
        }
        return true;
    }
}
