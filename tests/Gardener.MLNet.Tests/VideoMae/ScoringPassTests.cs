using GardenerML.Tests.Training;
using GardenerML.VideoMae;
using TorchSharp;
using static TorchSharp.torch;

namespace GardenerML.Tests.VideoMae;

/// <summary>The pass that scores against the model's own forward, which is checked against golden data.</summary>
[TestClass]
public sealed class ScoringPassTests
{
    private static readonly VideoMaeConfiguration Small = new()
    {
        ImageSize = 32,
        PatchSize = 8,
        FrameCount = 4,
        Width = 48,
        BlockCount = 3,
        HeadCount = 3,
        MlpWidth = 96,
        ClassCount = 5,
        Mean = new ChannelValues(0.2f, 0.5f, 0.7f),
        StandardDeviation = new ChannelValues(0.1f, 0.25f, 0.4f),
    };

    // 1,200 tokens, so that clips go through one by one, and the scores of a head leave no room for a third one beside two.
    private static readonly VideoMaeConfiguration ManyTokens = Small with { ImageSize = 80, PatchSize = 4, FrameCount = 6 };

    public static IEnumerable<object[]> Configurations =>
    [
        [Small], [ManyTokens], [Small with { KeyBias = true }], [Small with { QueryValueBias = false }],
    ];

    [TestMethod]
    [DynamicData(nameof(Configurations))]
    public void In_single_precision_logits_are_those_of_the_model(VideoMaeConfiguration configuration)
    {
        using var scope = NewDisposeScope();
        using var model = Model(configuration);
        using var pass = new ScoringPass(model, ScalarType.Float32);
        var frames = Frames(configuration, 3);
        Assert.IsLessThan(2e-5, Difference(Expected(model, frames), pass.Forward(frames)));
    }

    [TestMethod]
    [DynamicData(nameof(Configurations))]
    public void In_bfloat16_logits_differ_by_rounding(VideoMaeConfiguration configuration)
    {
        using var scope = NewDisposeScope();
        using var model = Model(configuration);
        using var pass = new ScoringPass(model, ScalarType.BFloat16);
        var frames = Frames(configuration, 3);
        var (expected, actual) = (Expected(model, frames), pass.Forward(frames));
        Assert.AreEqual(ScalarType.Float32, actual.dtype);
        var difference = Difference(expected, actual);
        Assert.IsGreaterThan(0, difference);
        Assert.IsLessThan(0.02 * expected.abs().max().item<float>(), difference);
    }

    [TestMethod]
    public void The_choice_by_measurement_is_one_of_the_two_and_frees_the_other()
    {
        using var model = Model(Small);
        long alone;
        using (var single = new ScoringPass(model, ScalarType.Float32))
            alone = LiveTensors.Count;
        using var half = new ScoringPass(model, ScalarType.BFloat16);
        var withHalf = LiveTensors.Count;
        half.Dispose();
        using var pass = ScoringPass.Of(model, Precision.Auto);
        Assert.AreEqual(pass.Type == ScalarType.Float32 ? alone : withHalf, LiveTensors.Count);
    }

    [TestMethod]
    [DataRow(ScalarType.Float32)]
    [DataRow(ScalarType.BFloat16)]
    public void A_pass_leaves_no_tensor_behind_and_does_a_fixed_number_of_operations_a_block(ScalarType type)
    {
        var counts = new List<long>();
        foreach (var blocks in (int[])[2, 4, 6])
        {
            using var scope = NewDisposeScope();
            using var model = Model(Small with { BlockCount = blocks });
            using var pass = new ScoringPass(model, type);
            var frames = Frames(Small, 2);
            pass.Forward(frames).Dispose();
            var (live, made) = (LiveTensors.Count, Made());
            pass.Forward(frames).Dispose();
            Assert.AreEqual(live, LiveTensors.Count);
            counts.Add(Made() - made);
        }
        Assert.AreEqual(counts[1] - counts[0], counts[2] - counts[1]);
        // Each operation makes a tensor, be it a view.
        Assert.IsLessThanOrEqualTo(2 * 40, counts[1] - counts[0]);

        static long Made() =>
            DisposeScopeManager.Statistics.CreatedInScopeCount + DisposeScopeManager.Statistics.CreatedOutsideScopeCount;
    }

    private static VideoMaeClassifier Model(VideoMaeConfiguration configuration)
    {
        var model = new VideoMaeClassifier(configuration);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var generator = new Generator(1);
        WeightInitialisation.Fill(model, generator, _ => true);
        // Biases too, and attention that is not nearly uniform.
        foreach (var (name, parameter) in model.named_parameters())
            parameter.add_(randn(parameter.shape, generator: generator), 0.1);
        return model;
    }

    private static Tensor Frames(VideoMaeConfiguration configuration, int clips)
    {
        using var generator = new Generator(2);
        long side = configuration.ImageSize;
        return randint(0, 256, [clips, configuration.FrameCount, side, side, 3], generator: generator).to(ScalarType.Byte);
    }

    private static Tensor Expected(VideoMaeClassifier model, Tensor frames)
    {
        using var noGradient = no_grad();
        using var pixels = new PixelNormalisation(model.Configuration, CPU);
        return model.forward(pixels.Apply(frames));
    }

    private static double Difference(Tensor expected, Tensor actual) => expected.sub(actual).abs().max().item<float>();
}
