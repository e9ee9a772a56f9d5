namespace GardenerML.Checkpoints;

/// <summary>A tuple of a pickle.</summary>
internal sealed record PickleTuple(object?[] Items);

/// <summary>
/// A dictionary of a pickle. Only entries whose key is a text are kept: nothing else is ever looked up.
/// </summary>
internal sealed class PickleDictionary
{
    public Dictionary<string, object?> Entries { get; } = [];

    public void Set(object? key, object? value)
    {
        if (key is string name)
            Entries[name] = value;
    }
}

/// <summary>
/// A value that has no meaning for a state dict and is only carried: a set, a Namespace, a numpy scalar.
/// </summary>
internal sealed record PickleInert(string What);

/// <summary>A name that a pickle refers to, one of those that are allowed.</summary>
internal sealed record PickleGlobal(string Name, PickleGlobalKind Kind);

/// <summary>What an allowed name stands for.</summary>
internal enum PickleGlobalKind
{
    /// <summary>torch._utils._rebuild_tensor_v2: a view into a storage.</summary>
    Tensor,

    /// <summary>torch._utils._rebuild_parameter: its tensor.</summary>
    Parameter,

    /// <summary>collections.OrderedDict.</summary>
    Dictionary,

    /// <summary>A storage type, which names the type of the numbers.</summary>
    StorageType,

    /// <summary>Something that is carried without a meaning.</summary>
    Inert,
}

/// <summary>A storage: the numbers of one or several tensors, in an entry of the zip file.</summary>
/// <param name="TypeName">The name of the storage type.</param>
/// <param name="Key">The name of the entry.</param>
/// <param name="Count">The number of elements.</param>
internal sealed record TorchStorage(string TypeName, string Key, long Count);

/// <summary>A tensor: a strided view into a storage, all numbers in elements.</summary>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, long[] Shape, long[] Strides);
