using GardenerML.Training;
using GardenerML.VideoMae;
using Microsoft.ML;
using TorchSharp;
using static TorchSharp.torch;

namespace GardenerML.Tests.Training;

[TestClass]
public sealed class PrecisionTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void The_loss_in_bfloat16_follows_that_in_single_precision()
    {
        var data = _ml.Keyed(TinyData.Rows(36));
        var options = TinyData.Options with { Epochs = 6, BatchSize = 6 };
        var (single, half) = (Losses(options), Losses(options with { Precision = Precision.BFloat16 }));
        CollectionAssert.AreNotEqual(single, half);
        Assert.IsLessThan(0.03, single.Zip(half).Max(pair => Math.Abs(pair.First - pair.Second)));
        Assert.IsLessThan(0.6, half[^6..].Average());

        double[] Losses(VideoClassifierOptions recipe)
        {
            var losses = new List<double>();
            TinyData.TrainedWeights(recipe with { Progress = new Immediately<TrainingProgress>(step => losses.Add(step.Loss)) }, data);
            return [.. losses];
        }
    }

    [TestMethod]
    public void Gradients_in_bfloat16_point_where_those_in_single_precision_do_and_weights_stay_single()
    {
        using var scope = NewDisposeScope();
        using var model = Model(TinyData.Options.NewModel! with { FrameCount = 4, ImageSize = 16, ClassCount = 3 });
        using var generator = new Generator(1);
        var clips = randn([4, 3, 4, 16, 16], generator: generator);
        var single = Gradient(ScalarType.Float32);
        var half = Gradient(ScalarType.BFloat16);
        foreach (var (name, gradient) in single)
        {
            Assert.AreEqual(ScalarType.Float32, half[name].dtype);
            Assert.IsGreaterThan(0.999, nn.functional.cosine_similarity(gradient.flatten(), half[name].flatten(), 0).ToDouble(), name);
        }

        Dictionary<string, Tensor> Gradient(ScalarType type)
        {
            model.ComputeType = type;
            model.zero_grad();
            var logits = model.forward(clips);
            Assert.AreEqual(ScalarType.Float32, logits.dtype);
            nn.functional.cross_entropy(logits, tensor(new long[] { 0, 1, 2, 0 })).backward();
            return model.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter.grad!.clone());
        }
    }

    [TestMethod]
    public void The_choice_by_measurement_leaves_the_model_as_it_was()
    {
        using var small = Model(TinyData.Options.NewModel! with { FrameCount = 4, ImageSize = 16, ClassCount = 3 });
        using var smallStep = Step(small);
        Assert.AreEqual(Precision.Float32, PrecisionChoice.Resolve(Precision.Auto, smallStep));
        Assert.AreEqual(Precision.BFloat16, PrecisionChoice.Resolve(Precision.BFloat16, smallStep));

        using var large = Model(new VideoMaeConfiguration { FrameCount = 8, ImageSize = 64, Width = 384, HeadCount = 6, MlpWidth = 1536, BlockCount = 4, ClassCount = 3 });
        Assert.IsGreaterThan(0.5, VideoMaeCost.Of(large.Configuration).GigaFlops);
        var before = large.parameters().Select(parameter => parameter.sum().item<float>()).ToArray();
        using var step = Step(large);
        var live = LiveTensors.Count;
        Assert.AreNotEqual(Precision.Auto, PrecisionChoice.Resolve(Precision.Auto, step));
        Assert.AreEqual(live, LiveTensors.Count);
        Assert.AreEqual(ScalarType.Float32, large.ComputeType);
        CollectionAssert.AreEqual(before, large.parameters().Select(parameter => parameter.sum().item<float>()).ToArray());
        Assert.IsTrue(large.parameters().All(parameter => parameter.grad is null));
    }

    [TestMethod]
    public void A_model_trained_in_bfloat16_scores_in_single_precision()
    {
        var data = _ml.Keyed(TinyData.Rows(6));
        using var model = _ml.Trainer(TinyData.Options with { Precision = Precision.BFloat16 }).Fit(data);
        Assert.AreEqual(ScalarType.Float32, model.Model.ComputeType);
        Assert.IsTrue(model.Model.parameters().All(parameter => parameter.dtype == ScalarType.Float32));
    }

    private static ClassificationStep Step(VideoMaeClassifier model) => new(model, TinyData.Options, 1, [1, 1, 1], headIsNew: true, (_, _) => { });

    private static VideoMaeClassifier Model(VideoMaeConfiguration configuration)
    {
        var model = new VideoMaeClassifier(configuration);
        using var generator = new Generator(5);
        WeightInitialisation.Fill(model, generator, _ => true);
        return model;
    }
}
