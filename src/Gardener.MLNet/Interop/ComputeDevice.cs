using System.Globalization;
using GardenerML.Interop;

namespace GardenerML;

/// <summary>Where a model computes: a CUDA GPU, the CPU, or whichever of the two is there.</summary>
public readonly record struct ComputeDevice
{
    private enum DeviceKind
    {
        Auto,
        Cpu,
        Cuda,
    }

    private readonly DeviceKind _kind;
    private readonly int _index;

    private ComputeDevice(DeviceKind kind, int index = 0) => (_kind, _index) = (kind, index);

    /// <summary>The first CUDA device where one can be used, else the CPU. The default.</summary>
    public static ComputeDevice Auto => default;

    /// <summary>The CPU.</summary>
    public static ComputeDevice Cpu => new(DeviceKind.Cpu);

    /// <summary>A CUDA device.</summary>
    /// <param name="index">Its 0-based number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static ComputeDevice Cuda(int index = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new(DeviceKind.Cuda, index);
    }

    /// <summary>Whether a CUDA device is asked for.</summary>
    public bool IsCuda => _kind == DeviceKind.Cuda;

    /// <summary>Whether the choice is left to what the machine has.</summary>
    public bool IsAuto => _kind == DeviceKind.Auto;

    /// <summary>The number of the CUDA device; 0 for the others.</summary>
    public int Index => _index;

    /// <summary>Reads <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    /// <param name="text">The text; case does not matter.</param>
    /// <exception cref="FormatException">It is none of these.</exception>
    public static ComputeDevice Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        const string Numbered = "cuda:";
        if (text.Equals("auto", StringComparison.OrdinalIgnoreCase))
            return Auto;
        if (text.Equals("cpu", StringComparison.OrdinalIgnoreCase))
            return Cpu;
        if (text.Equals("cuda", StringComparison.OrdinalIgnoreCase))
            return Cuda();
        if (text.StartsWith(Numbered, StringComparison.OrdinalIgnoreCase)
            && int.TryParse(text.AsSpan(Numbered.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            return Cuda(index);
        throw new FormatException($"'{text}' is not a device; it must be auto, cpu, cuda or cuda:N.");
    }

    /// <summary>The device that this one is on this machine: for <see cref="Auto"/> the one that is chosen.</summary>
    /// <exception cref="TorchBackendException">libtorch does not load, or the CUDA device is not there; the message says what is
    /// missing.</exception>
    public ComputeDevice Resolve()
    {
        var device = TorchBackend.Resolve(this);
        return device.type == TorchSharp.DeviceType.CUDA ? Cuda(device.index) : Cpu;
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => _kind switch
    {
        DeviceKind.Auto => "auto",
        DeviceKind.Cpu => "cpu",
        _ => $"cuda:{_index}",
    };
}
