using GardenerML.Checkpoints;
using GardenerML.Pretraining;
using GardenerML.VideoMae;
using TorchSharp;
using static TorchSharp.torch;

namespace GardenerML.Tests.Pretraining;

/// <summary>The model and the loss of masked pretraining against the whole encoder and against plain loops.</summary>
[TestClass]
public sealed class MaskedModelTests
{
    [TestMethod]
    [DataRow("tiny-a", 0.75)]
    [DataRow("tiny-a", 0.3)]
    [DataRow("tiny-b-half", 0.5)]
    public void The_masked_encoder_is_the_whole_encoder_on_the_visible_tokens_alone(string name, double ratio)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var checkpoint = VideoMaeCheckpoint.Open(ReferenceData.Golden(name));
        var (whole, masked) = Models(checkpoint);
        var configuration = whole.Configuration;
        using var mask = TubeMask.Draw(2, configuration, ratio, clip => new Random(clip));
        var frames = Bytes(configuration, 2);
        using var pixels = new PixelNormalisation(configuration, CPU);

        var tokens = whole.Embed(pixels.Apply(frames));
        tokens = stack([.. Enumerable.Range(0, 2).Select(clip => tokens[clip].index_select(0, mask.Visible[clip]))]);
        for (var block = 0; block < configuration.BlockCount; block++)
            tokens = whole.Block(block, tokens);
        // A new norm scales by one and adds nothing.
        var expected = nn.functional.layer_norm(tokens, [configuration.Width], eps: configuration.LayerNormEpsilon);

        using var pass = new MaskedPass(masked);
        var actual = pass.Encode(Tubelets.Cut(frames, configuration), mask.Visible);
        Assert.IsLessThan(2e-5, expected.sub(actual).abs().max().ToDouble());
        whole.Dispose();
        masked.Dispose();
    }

    [TestMethod]
    public void The_loss_is_the_squared_error_of_hidden_pixels_without_their_mean_and_contrast()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var configuration = TinyPretraining.Options.NewModel! with { FrameCount = 4, ImageSize = 16 };
        using var model = NewModel(configuration);
        using var pass = new MaskedPass(model);
        using var mask = TubeMask.Draw(3, configuration, 0.75, clip => new Random(clip));
        var frames = Bytes(configuration, 3);
        var (predicted, _) = pass.Run(frames, mask.Visible, mask.Masked);

        // By coordinates: token (t, row, column) covers frames 2t, 2t + 1 and a 4 x 4 square; predictions in (frame, y, x, channel) order.
        var (bytes, prediction, hidden) = (frames.bytes.ToArray(), predicted.data<float>().ToArray(), mask.Masked.data<long>().ToArray());
        var (sum, count, at) = (0.0, 0, 0);
        for (var token = 0; token < hidden.Length; token++)
        {
            var clip = token / (hidden.Length / 3);
            var (time, row, column) = ((int)hidden[token] / 16, (int)hidden[token] % 16 / 4, (int)hidden[token] % 4);
            var values = new double[3][];
            for (var channel = 0; channel < 3; channel++)
                values[channel] = [.. from f in Enumerable.Range(2 * time, 2)
                                      from y in Enumerable.Range(4 * row, 4)
                                      from x in Enumerable.Range(4 * column, 4)
                                      select bytes[(((clip * 4 + f) * 16 + y) * 16 + x) * 3 + channel] / 255.0];
            for (var pixel = 0; pixel < 32; pixel++)
            {
                for (var channel = 0; channel < 3; channel++)
                {
                    var mean = values[channel].Average();
                    var deviation = Math.Sqrt(values[channel].Sum(value => (value - mean) * (value - mean)) / 31);
                    var error = prediction[at++] - (values[channel][pixel] - mean) / (deviation + 1e-6);
                    sum += error * error;
                    count++;
                }
            }
        }
        Assert.AreEqual(prediction.Length, at);
        Assert.AreEqual(sum / count, pass.Loss(frames, mask.Visible, mask.Masked).ToDouble(), 1e-5);
    }

    [TestMethod]
    public void What_is_hidden_has_no_influence_on_the_prediction()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var configuration = TinyPretraining.Options.NewModel! with { FrameCount = 4, ImageSize = 16 };
        using var model = NewModel(configuration);
        using var pass = new MaskedPass(model);
        using var mask = TubeMask.Draw(1, configuration, 0.5, _ => new Random(3));
        var frames = Bytes(configuration, 1);
        var tubelets = Tubelets.Cut(frames, configuration);
        tubelets[0].index_fill_(0, mask.Masked[0], 7);
        var other = Tubelets.Join(tubelets, configuration);
        Assert.IsFalse(frames.eq(other).all().ToBoolean());
        var (expected, actual) = (pass.Run(frames, mask.Visible, mask.Masked).Predicted, pass.Run(other, mask.Visible, mask.Masked).Predicted);
        Assert.IsTrue(expected.eq(actual).all().ToBoolean());
    }

    [TestMethod]
    public void Cutting_and_joining_gives_the_frames_back()
    {
        using var scope = NewDisposeScope();
        var configuration = new VideoMaeConfiguration { FrameCount = 6, TubeletSize = 2, ImageSize = 24, PatchSize = 8 };
        var frames = Bytes(configuration, 2);
        Assert.IsTrue(frames.eq(Tubelets.Join(Tubelets.Cut(frames, configuration), configuration)).all().ToBoolean());
    }

    [TestMethod]
    public void A_mask_hides_the_same_patches_at_all_times_and_as_many_as_asked_for()
    {
        var configuration = new VideoMaeConfiguration { FrameCount = 8, ImageSize = 64 };
        using var mask = TubeMask.Draw(50, configuration, 0.9, clip => new Random(clip));
        CollectionAssert.AreEqual(new long[] { 50, 4 * 14 }, mask.Masked.shape);
        CollectionAssert.AreEqual(new long[] { 50, 4 * 2 }, mask.Visible.shape);
        var seen = new HashSet<string>();
        for (var clip = 0; clip < 50; clip++)
        {
            var (hidden, visible) = (mask.Masked[clip].data<long>().ToArray(), mask.Visible[clip].data<long>().ToArray());
            CollectionAssert.AreEqual(Enumerable.Range(0, 64).Select(i => (long)i).ToArray(), hidden.Concat(visible).Order().ToArray());
            CollectionAssert.AreEqual(hidden.Order().ToArray(), hidden);
            var patches = hidden.GroupBy(place => place / 16, place => place % 16).Select(time => string.Join(",", time)).ToArray();
            Assert.HasCount(4, patches);
            Assert.AreEqual(1, patches.Distinct().Count());
            seen.Add(patches[0]);
        }
        Assert.IsGreaterThan(25, seen.Count);
    }

    [TestMethod]
    public void A_ratio_that_hides_nothing_is_refused_with_the_smallest_that_does()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(
            () => TubeMask.MaskedPatches(new VideoMaeConfiguration { FrameCount = 8, ImageSize = 64 }, 0.05));
        StringAssert.Contains(error.Message, "0.05");
        StringAssert.Contains(error.Message, "0.0625");
    }

    private static Tensor Bytes(VideoMaeConfiguration configuration, int clips)
    {
        var bytes = new byte[clips * configuration.FrameCount * configuration.ImageSize * configuration.ImageSize * 3];
        new Random(5).NextBytes(bytes);
        return tensor(bytes, [clips, configuration.FrameCount, configuration.ImageSize, configuration.ImageSize, 3]);
    }

    private static VideoMaePretrainingModel NewModel(VideoMaeConfiguration configuration)
    {
        var model = new VideoMaePretrainingModel(configuration, TinyPretraining.Options.Decoder!, CPU);
        using var generator = new Generator(3);
        WeightInitialisation.FillForPretraining(model, generator, _ => true);
        return model;
    }

    private static (VideoMaeClassifier Whole, VideoMaePretrainingModel Masked) Models(VideoMaeCheckpoint checkpoint)
    {
        int[] blocks = [.. Enumerable.Range(0, checkpoint.BlockCount)];
        var whole = new VideoMaeClassifier(checkpoint.Configuration);
        ModelWeights.Load(whole, checkpoint.Encoder, blocks, _ => true, "golden");
        var masked = new VideoMaePretrainingModel(
            checkpoint.Configuration with { ClassCount = 0 }, VideoMaeDecoderConfiguration.For(checkpoint.Configuration), CPU);
        ModelWeights.Load(masked, checkpoint.Encoder, blocks, checkpoint.Encoder.ContainsKey, "golden");
        return (whole, masked);
    }
}
