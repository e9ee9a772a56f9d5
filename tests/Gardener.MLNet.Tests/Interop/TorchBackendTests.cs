using System.Runtime.InteropServices;
using GardenerML.Interop;
using TorchSharp;

namespace GardenerML.Tests.Interop;

[TestClass]
public sealed class TorchBackendTests
{
    private string _folder = "";

    [TestInitialize]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("gardener-native-").FullName;

    [TestCleanup]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public void Without_libtorch_the_message_names_the_packages_and_where_was_looked()
    {
        var text = TorchBackend.DescribeFailure(new NotSupportedException("no backend"), _folder);
        foreach (var part in new[] { "TorchSharp-cpu", "TorchSharp-cuda-linux", "TorchSharp-cuda-windows", _folder, RuntimeInformation.OSDescription,
            RuntimeInformation.ProcessArchitecture.ToString(), "TorchSharp 0." })
            StringAssert.Contains(text, part);
    }

    [TestMethod]
    public void With_a_libtorch_that_does_not_load_the_loaders_own_words_are_given()
    {
        string[] files = OperatingSystem.IsWindows() ? ["LibTorchSharp.dll", "torch_cpu.dll"]
            : OperatingSystem.IsMacOS() ? ["libLibTorchSharp.dylib", "libtorch_cpu.dylib"]
            : ["libLibTorchSharp.so", "libtorch_cpu.so"];
        foreach (var file in files)
            File.WriteAllText(Path.Combine(_folder, file), "no library");
        var text = TorchBackend.DescribeFailure(new NotSupportedException("no backend"), _folder);
        StringAssert.Contains(text, "is there, but does not load");
        StringAssert.Contains(text, files[0]);
        Assert.IsFalse(text.Contains("Add one package", StringComparison.Ordinal));
    }

    [TestMethod]
    public void No_CUDA_package_and_no_usable_GPU_are_told_apart()
    {
        StringAssert.Contains(TorchBackend.NoCudaMessage(ComputeDevice.Cuda(), [_folder]), "Add the package TorchSharp-cuda");
        var library = Path.Combine(_folder, OperatingSystem.IsWindows() ? "torch_cuda.dll" : "libtorch_cuda.so");
        File.WriteAllText(library, "");
        var text = TorchBackend.NoCudaMessage(ComputeDevice.Cuda(1), [_folder]);
        foreach (var part in new[] { "cuda:1", library, "no usable GPU", "driver" })
            StringAssert.Contains(text, part);
    }

    [TestMethod]
    public void The_CPU_is_there_and_auto_is_something_that_is_there()
    {
        Assert.AreEqual(DeviceType.CPU, TorchBackend.Resolve(ComputeDevice.Cpu).type);
        var auto = TorchBackend.Resolve(ComputeDevice.Auto).type;
        Assert.AreEqual(torch.cuda.is_available() ? DeviceType.CUDA : DeviceType.CPU, auto);
        var error = Assert.ThrowsExactly<TorchBackendException>(() => TorchBackend.Resolve(ComputeDevice.Cuda(99)));
        StringAssert.Contains(error.Message, "cuda:99");
    }

    [TestMethod]
    public void Asking_for_devices_on_many_threads_leaves_standard_output_as_it_was()
    {
        var before = Console.Out;
        Parallel.For(0, 64, _ => TorchBackend.Resolve(ComputeDevice.Auto));
        Assert.AreSame(before, Console.Out);
    }
}
