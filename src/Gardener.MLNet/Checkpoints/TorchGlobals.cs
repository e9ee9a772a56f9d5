namespace GardenerML.Checkpoints;

/// <summary>
/// The names that a pickle may refer to. None of them is looked up or run: each stands for something that the reader does
/// itself. Every other name is refused.
/// </summary>
internal static class TorchGlobals
{
    private static readonly Dictionary<string, (TensorType Type, int Size)> StorageTypes = new()
    {
        ["FloatStorage"] = (TensorType.Float32, 4),
        ["HalfStorage"] = (TensorType.Float16, 2),
        ["BFloat16Storage"] = (TensorType.BFloat16, 2),
        ["DoubleStorage"] = (TensorType.Float64, 8),
        ["LongStorage"] = (TensorType.Int64, 8),
        ["IntStorage"] = (TensorType.Other, 4),
        ["ShortStorage"] = (TensorType.Other, 2),
        ["CharStorage"] = (TensorType.Other, 1),
        ["ByteStorage"] = (TensorType.Other, 1),
        ["BoolStorage"] = (TensorType.Other, 1),
        ["ComplexFloatStorage"] = (TensorType.Other, 8),
        ["ComplexDoubleStorage"] = (TensorType.Other, 16),
    };

    private static readonly Dictionary<string, PickleGlobal> Allowed = MakeAllowed();

    public static PickleGlobal? Find(string module, string name) => Allowed.GetValueOrDefault($"{module}.{name}");

    /// <summary>The type of a storage's numbers, and the bytes of one.</summary>
    public static (TensorType Type, int Size) Storage(string typeName) => StorageTypes[typeName];

    private static Dictionary<string, PickleGlobal> MakeAllowed()
    {
        var allowed = new Dictionary<string, PickleGlobal>();
        Add("torch._utils._rebuild_tensor_v2", PickleGlobalKind.Tensor);
        Add("torch._utils._rebuild_parameter", PickleGlobalKind.Parameter);
        Add("collections.OrderedDict", PickleGlobalKind.Dictionary);
        foreach (var type in StorageTypes.Keys)
            allowed.Add($"torch.{type}", new PickleGlobal(type, PickleGlobalKind.StorageType));
        // What training scripts save beside the weights: their arguments, sizes, devices and numbers.
        string[] inert =
        [
            "argparse.Namespace", "builtins.set", "__builtin__.set", "builtins.frozenset", "__builtin__.frozenset",
            "torch.Size", "torch.device", "_codecs.encode", "numpy.dtype", "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar",
            "torch.float32", "torch.float16", "torch.bfloat16", "torch.float64", "torch.int64",
        ];
        foreach (var name in inert)
            Add(name, PickleGlobalKind.Inert);
        return allowed;

        void Add(string name, PickleGlobalKind kind) => allowed.Add(name, new PickleGlobal(name, kind));
    }
}
