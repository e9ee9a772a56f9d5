using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace GardenerML.VideoMae;

/// <summary>
/// Linear layers by the faster of libtorch's two libraries. Its matrix products in single precision are MKL's, which keeps to AVX2
/// on processors that are not Intel's; its convolutions are oneDNN's, which does not, and with a kernel of one pixel they are the
/// same products.
/// </summary>
internal static class LinearLayer
{
    // libtorch leaves convolutions of fewer images on one thread to MKL.
    private const int Images = 16;

    // Fewer rows gain nothing.
    private const int LeastRows = 128;

    private static readonly bool ConvolutionIsFaster = Avx512F.IsSupported && !IsIntel();

    /// <summary>[..., inputs] -> [..., outputs].</summary>
    /// <param name="input">The rows.</param>
    /// <param name="weight">[outputs, inputs].</param>
    /// <param name="bias">[outputs], or null.</param>
    public static Tensor Apply(Tensor input, Tensor weight, Tensor? bias) =>
        SuitsConvolution(input.dtype, input.device, input.numel() / input.shape[^1])
        ? ByConvolution(input, weight, bias)
        : nn.functional.linear(input, weight, bias);

    /// <summary>Whether a product with so many rows is faster as a convolution.</summary>
    public static bool SuitsConvolution(ScalarType type, Device device, long rows) => ConvolutionIsFaster
        && type == ScalarType.Float32 && device.type == DeviceType.CPU && rows >= LeastRows && rows % Images == 0;

    /// <summary>The layer as a convolution of 16 images, whose pixels are the rows and whose channels come last.</summary>
    public static Tensor ByConvolution(Tensor input, Tensor weight, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var inputs = weight.shape[1];
        var images = input.reshape(Images, -1, 1, inputs).permute(0, 3, 1, 2);
        var outputs = nn.functional.conv2d(images, weight.view(-1, inputs, 1, 1), bias);
        return outputs.permute(0, 2, 3, 1).reshape([.. input.shape[..^1], weight.shape[0]]).MoveToOuterDisposeScope();
    }

    private static bool IsIntel()
    {
        // The maker's name, "GenuineIntel", four letters a register.
        var (_, name1, name3, name2) = X86Base.CpuId(0, 0);
        return (name1, name2, name3) == (0x756e6547, 0x49656e69, 0x6c65746e);
    }
}
