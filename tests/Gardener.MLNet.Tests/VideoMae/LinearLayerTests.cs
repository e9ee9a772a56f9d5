using GardenerML.VideoMae;
using TorchSharp;
using static TorchSharp.torch;

namespace GardenerML.Tests.VideoMae;

/// <summary>Linear layers as convolutions against libtorch's own, forward and backward.</summary>
[TestClass]
public sealed class LinearLayerTests
{
    [TestMethod]
    [DataRow(new long[] { 2, 64 }, 24, 40, true)]
    [DataRow(new long[] { 16 }, 1, 3, false)]
    [DataRow(new long[] { 3, 4, 20 }, 30, 7, true)]
    public void As_a_convolution_output_and_gradients_are_those_of_the_layer(long[] rows, int inputs, int outputs, bool hasBias)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        Tensor[] made =
        [
            randn([.. rows, inputs], generator: generator), randn([outputs, inputs], generator: generator),
            .. hasBias ? [randn([outputs], generator: generator)] : Array.Empty<Tensor>(),
        ];
        var upstream = randn([.. rows, outputs], generator: generator);
        var expected = Learn(nn.functional.linear);
        var actual = Learn(LinearLayer.ByConvolution);
        CollectionAssert.AreEqual((long[])[.. rows, outputs], actual[0].shape);
        for (var i = 0; i < expected.Length; i++)
            Assert.IsLessThan(1e-5, actual[i].sub(expected[i]).norm().div(expected[i].norm()).ToDouble());

        Tensor[] Learn(Func<Tensor, Tensor, Tensor?, Tensor> layer)
        {
            Tensor[] leaves = [.. made.Select(values => values.clone().requires_grad_())];
            var output = layer(leaves[0], leaves[1], hasBias ? leaves[2] : null);
            output.backward([upstream]);
            return [output.detach(), .. leaves.Select(leaf => leaf.grad!)];
        }
    }

    [TestMethod]
    [DataRow(16, 4)]
    [DataRow(128, 4)]
    [DataRow(136, 4)]
    [DataRow(256, 4)]
    public void With_any_number_of_rows_the_layer_is_the_formula(int rows, int inputs)
    {
        using var scope = NewDisposeScope();
        var input = arange(rows * inputs).to(ScalarType.Float32).view(rows, inputs);
        var weight = tensor(new float[] { 1, 0, 0, 0, 0, 2, 0, -1 }).view(2, inputs);
        var output = LinearLayer.Apply(input, weight, tensor(new float[] { 0, 100 })).data<float>().ToArray();
        for (var row = 0; row < rows; row++)
        {
            Assert.AreEqual(inputs * row, output[2 * row]);
            Assert.AreEqual(2 * (inputs * row + 1) - (inputs * row + 3) + 100, output[2 * row + 1]);
        }
    }
}
