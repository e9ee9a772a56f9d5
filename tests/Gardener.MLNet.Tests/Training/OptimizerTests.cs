using System.Runtime.InteropServices;
using GardenerML.Checkpoints;
using GardenerML.Training;
using GardenerML.VideoMae;
using static TorchSharp.torch;

namespace GardenerML.Tests.Training;

[TestClass]
public sealed class OptimizerTests
{
    [TestMethod]
    [DataRow("tiny-a")]
    [DataRow("tiny-b-half")]
    public void A_step_agrees_with_an_independent_implementation(string name)
    {
        using var checkpoint = VideoMaeCheckpoint.Open(
            ReferenceData.Golden(name), new VideoMaeCheckpointOptions { FinalNormEpsilon = 1e-6 });
        using var golden = SafetensorsFile.Open(ReferenceData.Golden(name, "io.safetensors"));
        using var scope = NewDisposeScope();
        using var model = new VideoMaeClassifier(checkpoint.Configuration);
        ModelWeights.Load(model, checkpoint.Encoder, [.. Enumerable.Range(0, checkpoint.BlockCount)], _ => true, name);
        // The reference decays all parameters, the trainer spares biases and norms.
        var weights = model.named_parameters().Select(pair => new TrainedWeight(pair.name, pair.parameter, 1, 0.05)).ToArray();
        using var optimizer = new AdamWOptimizer(weights, 0.9, 0.999);

        var pixels = tensor(Values<float>("pixel_values"), [.. golden.Tensors["pixel_values"].Shape]);
        nn.functional.cross_entropy(model.forward(pixels), tensor(Values<long>("labels"))).backward();
        optimizer.Step(1e-3);
        var expected = Values<float>("logits.after_adamw_step");
        var actual = model.forward(pixels).data<float>().ToArray();
        Assert.HasCount(expected.Length, actual);
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], 1e-5);

        T[] Values<T>(string tensor) where T : unmanaged => MemoryMarshal.Cast<byte, T>(golden.Tensors[tensor].Bytes).ToArray();
    }

    [TestMethod]
    public void Fifty_steps_follow_those_of_torch()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var start = randn([4, 5], generator: generator);
        var (ours, theirs) = (new TorchSharp.Modules.Parameter(start.clone()), new TorchSharp.Modules.Parameter(start.clone()));
        var weights = new[] { new TrainedWeight("w", ours, 0.5, 0.1) };
        using var optimizer = new AdamWOptimizer(weights, 0.8, 0.95);
        using var torchs = optim.AdamW([theirs], lr: 0.01, beta1: 0.8, beta2: 0.95, weight_decay: 0.1);
        for (var i = 0; i < 50; i++)
        {
            var target = randn([4, 5], generator: generator);
            optimizer.ClearGradients();
            torchs.zero_grad();
            (ours - target).pow(2).sum().backward();
            (theirs - target).pow(2).sum().backward();
            // The weight's own rate is half of the step's.
            optimizer.Step(0.02);
            torchs.step();
        }
        Assert.IsLessThan(1e-6, (ours - theirs).abs().max().item<float>());
        Assert.IsGreaterThan(0.1, (ours - start).abs().max().item<float>());
    }

    [TestMethod]
    public void Learning_rates_shrink_from_the_head_down_and_only_matrices_decay()
    {
        var configuration = TinyData.Options.NewModel! with { FrameCount = 4, ImageSize = 16, ClassCount = 3, BlockCount = 3 };
        using var model = new VideoMaeClassifier(configuration);
        var weights = TrainedWeight.Of(model, TinyData.Options with { LayerDecay = 0.5, WeightDecay = 0.1 }).ToDictionary(weight => weight.Name);
        Assert.AreEqual(1, weights["head.weight"].RateScale);
        Assert.AreEqual(1, weights["fc_norm.bias"].RateScale);
        Assert.AreEqual(0.5, weights["blocks.2.mlp.fc1.weight"].RateScale);
        Assert.AreEqual(0.125, weights["blocks.0.attn.q_bias"].RateScale);
        Assert.AreEqual(0.0625, weights["patch_embed.proj.weight"].RateScale);
        Assert.AreEqual(0.1, weights["blocks.0.attn.qkv.weight"].Decay);
        Assert.AreEqual(0, weights["blocks.0.norm1.weight"].Decay);
        Assert.HasCount(model.parameters().Count(), weights);

        var top = TrainedWeight.Of(model, TinyData.Options with { FrozenBlocks = 2 }).Select(weight => weight.Name).ToArray();
        Assert.IsTrue(top.All(name => name.StartsWith("blocks.2.", StringComparison.Ordinal) || name.StartsWith("fc_norm", StringComparison.Ordinal)
            || name.StartsWith("head", StringComparison.Ordinal)));
        Assert.Contains("blocks.2.norm1.weight", top);
        var head = TrainedWeight.Of(model, TinyData.Options with { FreezeEncoder = true }).Select(weight => weight.Name).ToArray();
        CollectionAssert.AreEquivalent(new[] { "fc_norm.weight", "fc_norm.bias", "head.weight", "head.bias" }, head);
    }

    [TestMethod]
    public void A_gradient_that_is_too_long_is_scaled_down_to_the_limit()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (new TorchSharp.Modules.Parameter(zeros(2)), new TorchSharp.Modules.Parameter(zeros(1)));
        TrainedWeight[] weights = [new("a", a, 1, 0), new("b", b, 1, 0)];
        (a * tensor(new[] { 2f, 3f })).sum().add((b * 6).sum()).backward();
        Assert.AreEqual(7, Gradients.Norm(weights), 1e-5);
        Gradients.Clip(weights, 7, 10);
        Assert.AreEqual(6, b.grad!.item<float>(), 1e-6);
        Gradients.Clip(weights, 7, 3.5);
        Assert.AreEqual(3, b.grad!.item<float>(), 1e-5);
        Assert.AreEqual(1.5, a.grad![1].item<float>(), 1e-5);
        Assert.IsNull(Gradients.FirstNotFinite(weights));
        b.grad!.fill_(float.NaN);
        Assert.AreEqual("b", Gradients.FirstNotFinite(weights));
        Assert.IsTrue(double.IsNaN(Gradients.Norm(weights)));
    }

    [TestMethod]
    public void The_average_follows_its_formula_and_comes_and_goes()
    {
        using var scope = NewDisposeScope();
        var weight = new TorchSharp.Modules.Parameter(ones(1));
        using var average = new WeightAverage([new("w", weight, 1, 0)], 0.75);
        using (no_grad())
        {
            weight.fill_(2);
            average.Update();
            weight.fill_(3);
            average.Update();
        }
        using (average.InPlace())
            Assert.AreEqual(0.75 * 1.25 + 0.25 * 3, weight.item<float>(), 1e-6);
        Assert.AreEqual(3, weight.item<float>());
    }
}
