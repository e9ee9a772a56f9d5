using GardenerML.Tests.Training;
using GardenerML.VideoMae;
using TorchSharp;
using static TorchSharp.torch;

namespace GardenerML.Tests.VideoMae;

/// <summary>Attention by separate products against the formula, forward and backward.</summary>
[TestClass]
public sealed class ChunkedAttentionTests
{
    // Few scores, which go at once; and five heads of 1,300 tokens: two at a time, and one left over.
    public static IEnumerable<object[]> Shapes => [[new long[] { 3, 2, 3, 50, 16 }], [new long[] { 3, 1, 5, 1300, 8 }]];

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void Output_and_gradient_are_those_of_the_formula(long[] shape)
    {
        using var scope = NewDisposeScope();
        var (qkv, weights) = Made(shape);
        var (expected, expectedGradient) = Learn(qkv, weights, Formula);
        var (actual, gradient) = Learn(qkv, weights, all => ChunkedAttention.Attend(all));
        Assert.IsLessThan(1e-5, Error(expected, actual));
        Assert.IsLessThan(1e-5, Error(expectedGradient, gradient));
    }

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void In_bfloat16_they_differ_by_rounding(long[] shape)
    {
        using var scope = NewDisposeScope();
        var (qkv, weights) = Made(shape);
        var (expected, expectedGradient) = Learn(qkv, weights, Formula);
        var (actual, gradient) = Learn(qkv.to(ScalarType.BFloat16), weights.to(ScalarType.BFloat16), all => ChunkedAttention.Attend(all));
        Assert.AreEqual(ScalarType.BFloat16, gradient.dtype);
        Assert.IsLessThan(0.01, Error(expected, actual));
        for (var part = 0; part < 3; part++)
            Assert.IsLessThan(0.015, Error(expectedGradient[part], gradient[part]));
    }

    [TestMethod]
    public void A_block_in_bfloat16_has_the_gradients_of_single_precision_within_rounding_and_leaves_nothing_behind()
    {
        var configuration = new VideoMaeConfiguration
        {
            ImageSize = 32,
            FrameCount = 4,
            Width = 48,
            BlockCount = 1,
            HeadCount = 3,
            MlpWidth = 96,
            ClassCount = 5,
        };
        using var model = new VideoMaeClassifier(configuration);
        using (var generator = new Generator(1))
            WeightInitialisation.Fill(model, generator, _ => true);
        using var scope = NewDisposeScope();
        var clips = randn([2, 3, 4, 32, 32], generator: new Generator(2));
        var single = Gradient(ScalarType.Float32);
        Gradient(ScalarType.BFloat16).Dispose();
        var before = LiveTensors.Count;
        var half = Gradient(ScalarType.BFloat16);
        Assert.AreEqual(before + 1, LiveTensors.Count);
        Assert.IsLessThan(0.02, Error(single, half));

        Tensor Gradient(ScalarType type)
        {
            using var inner = NewDisposeScope();
            model.ComputeType = type;
            model.zero_grad();
            model.forward(clips).square().sum().backward();
            return cat([.. model.parameters().Where(weight => weight.grad is not null).Select(weight => weight.grad!.flatten())])
                .MoveToOuterDisposeScope();
        }
    }

    private static double Error(Tensor expected, Tensor actual) =>
        actual.to(ScalarType.Float32).sub(expected).norm().div(expected.norm()).ToDouble();

    private static (Tensor Qkv, Tensor Weights) Made(long[] shape)
    {
        using var generator = new Generator(1);
        return (randn(shape, generator: generator), randn(shape[1..], generator: generator));
    }

    private static Tensor Formula(Tensor qkv) =>
        qkv[0].matmul(qkv[1].transpose(2, 3)).div(Math.Sqrt(qkv.shape[^1])).softmax(-1).matmul(qkv[2]);

    private static (Tensor Output, Tensor Gradient) Learn(Tensor qkv, Tensor weights, Func<Tensor, Tensor> attend)
    {
        var leaf = qkv.clone();
        leaf.requires_grad = true;
        var output = attend(leaf);
        output.backward([weights]);
        return (output.detach(), leaf.grad!);
    }
}
