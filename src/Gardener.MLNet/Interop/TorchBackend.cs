using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace GardenerML.Interop;

/// <summary>Loads libtorch once, says clearly why it does not load, and turns a wanted device into one that is there.</summary>
internal static class TorchBackend
{
    private static readonly Lazy<Exception?> LoadFailure = new(TryLoad);
    private static readonly Lazy<int> CudaDeviceCount = new(CountCudaDevices);
    private static readonly Lock OutputLock = new();

    /// <summary>Resolves a device.</summary>
    /// <param name="wanted">What the user asks for.</param>
    /// <returns>The torch device that is used.</returns>
    /// <exception cref="TorchBackendException">libtorch does not load, or the CUDA device is not there.</exception>
    public static torch.Device Resolve(ComputeDevice wanted)
    {
        EnsureLoaded();
        if (wanted.IsCuda)
        {
            var count = CudaDeviceCount.Value;
            if (wanted.Index >= count)
                throw new TorchBackendException(count == 0 ? NoCudaMessage(wanted, NativeFolders(AppContext.BaseDirectory))
                    : $"The device {wanted} is not there; this machine has cuda:0 to cuda:{count - 1}.");
            return torch.device(DeviceType.CUDA, wanted.Index);
        }
        return wanted.IsAuto && CudaDeviceCount.Value > 0 ? torch.device(DeviceType.CUDA, 0) : torch.CPU;
    }

    /// <summary>Loads libtorch and computes with one tensor.</summary>
    /// <exception cref="TorchBackendException">It does not load.</exception>
    public static void EnsureLoaded()
    {
        if (LoadFailure.Value is { } failure)
            throw new TorchBackendException(DescribeFailure(failure, AppContext.BaseDirectory), failure);
    }

    private static Exception? TryLoad()
    {
        try
        {
            using var one = Quietly(() => torch.ones(1));
            return null;
        }
        catch (Exception e) when (e is NotSupportedException or TypeInitializationException or DllNotFoundException
            or EntryPointNotFoundException or BadImageFormatException)
        {
            return e;
        }
    }

    // TorchSharp prints its diagnosis to standard output, which may be a document that a program reads. One at a time, or the
    // second would take the first one's silence for the output to restore.
    private static T Quietly<T>(Func<T> action)
    {
        lock (OutputLock)
        {
            var output = Console.Out;
            Console.SetOut(TextWriter.Null);
            try
            {
                return action();
            }
            finally
            {
                Console.SetOut(output);
            }
        }
    }

    private static int CountCudaDevices()
    {
        try
        {
            return Quietly(() => torch.cuda.is_available() ? torch.cuda.device_count() : 0);
        }
        catch (Exception e) when (e is NotSupportedException or ExternalException)
        {
            return 0;
        }
    }

    /// <summary>Why a CUDA device cannot be used on a machine where torch sees none.</summary>
    /// <param name="wanted">The device.</param>
    /// <param name="folders">Where native libraries are looked for.</param>
    internal static string NoCudaMessage(ComputeDevice wanted, IReadOnlyList<string> folders)
    {
        var cudaLibrary = OperatingSystem.IsWindows() ? "torch_cuda.dll" : "libtorch_cuda.so";
        var found = FindNative(cudaLibrary, folders);
        return found is null
            ? $"The device {wanted} cannot be used: libtorch's CUDA part ({cudaLibrary}) is not beside the application. Add the "
                + "package TorchSharp-cuda-linux or TorchSharp-cuda-windows in place of TorchSharp-cpu."
            : $"The device {wanted} cannot be used: libtorch's CUDA part is there ({found}), but finds no usable GPU. Check the "
                + "NVIDIA driver (nvidia-smi) and CUDA_VISIBLE_DEVICES.";
    }

    /// <summary>Why libtorch does not load.</summary>
    /// <param name="failure">What TorchSharp said.</param>
    /// <param name="root">The application's folder.</param>
    internal static string DescribeFailure(Exception failure, string root)
    {
        var folders = NativeFolders(root);
        var (wrapper, library) = OperatingSystem.IsWindows() ? ("LibTorchSharp.dll", "torch_cpu.dll")
            : OperatingSystem.IsMacOS() ? ("libLibTorchSharp.dylib", "libtorch_cpu.dylib")
            : ("libLibTorchSharp.so", "libtorch_cpu.so");
        var version = typeof(torch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? typeof(torch).Assembly.GetName().Version?.ToString();
        var where = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, TorchSharp {version}, "
            + $"folder {root}";

        if (FindNative(wrapper, folders) is not { } wrapperPath || FindNative(library, folders) is null)
            return $"libtorch is not beside the application ({where}). Add one package to the application's project: "
                + "TorchSharp-cpu, TorchSharp-cuda-linux or TorchSharp-cuda-windows.";

        var loader = LoaderMessage(wrapperPath);
        var advice = loader.Contains("GLIBCXX", StringComparison.Ordinal)
            ? "The system's libstdc++ is older than TorchSharp asks for: build with Gardener.MLNet's targets, which mend the "
                + "copied library (MendTorchSharpNative must not be false), or install the libstdc++ of GCC 13 or newer."
            : "Check that the TorchSharp and libtorch packages have versions that belong together.";
        return $"libtorch is there, but does not load ({where}). The system's loader says: {loader} {advice}"
            + (loader.Length == 0 ? " " + failure.Message : "");
    }

    private static string LoaderMessage(string library)
    {
        try
        {
            NativeLibrary.Free(NativeLibrary.Load(library));
            return "";
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            return e.Message;
        }
    }

    private static string? FindNative(string file, IReadOnlyList<string> folders) =>
        folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);

    // The host's search directories are those of the running application.
    private static string[] NativeFolders(string root) =>
    [
        root,
        Path.Combine(root, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"),
        Path.Combine(root, "runtimes", PortableRuntimeIdentifier(), "native"),
        .. root == AppContext.BaseDirectory && AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") is string searched
            ? searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            : [],
    ];

    private static string PortableRuntimeIdentifier()
    {
        var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
    }
}
