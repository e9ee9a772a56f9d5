using System.Runtime.InteropServices;
using GardenerML.Checkpoints;
using GardenerML.VideoMae;
using TorchSharp;
using static TorchSharp.torch;

namespace GardenerML.Tests.VideoMae;

/// <summary>The model against hidden states, logits and gradients of an independent implementation.</summary>
[TestClass]
public sealed class GoldenModelTests
{
    [TestMethod]
    [DataRow("tiny-a")]
    [DataRow("tiny-b-half")]
    public void Position_table_agrees(string name)
    {
        using var golden = new Golden(name);
        var configuration = golden.Checkpoint.Configuration;
        var expected = golden.Values("pos_embed");
        var actual = PositionTable.Compute(configuration.TokenCount, configuration.Width);
        Assert.AreEqual(expected.Length, actual.Length);
        Assert.IsTrue(MostDifferent(expected, actual) <= 1e-6);
    }

    [TestMethod]
    [DataRow("tiny-a")]
    [DataRow("tiny-b-half")]
    public void Hidden_states_and_logits_agree(string name)
    {
        using var golden = new Golden(name);
        using var model = golden.Model();
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var pixels = golden.Tensor("pixel_values");
        var hidden = model.HiddenStates(pixels).ToArray();
        Assert.IsTrue(MostDifferent(golden.Values("embed"), Values(hidden[0])) <= 1e-5, "embedding");
        for (var block = 0; block < model.Configuration.BlockCount; block++)
            Assert.IsTrue(MostDifferent(golden.Values($"hidden.{block}"), Values(hidden[block + 1])) <= 1e-4, $"block {block}");
        Assert.IsTrue(MostDifferent(golden.Values("logits"), Values(model.forward(pixels))) <= 1e-4, "logits");
    }

    [TestMethod]
    [DataRow()]
    [DataRow(-1, 0)]
    [DataRow(0, 6)]
    [DataRow(1, 0)]
    [DataRow(2, 2)]
    public void Blocks_to_keep_that_are_not_there_or_do_not_ascend_are_refused(params int[] kept)
    {
        using var golden = new Golden("tiny-a");
        var error = Assert.ThrowsExactly<ArgumentException>(() => VideoMaeClassifier.Load(golden.Checkpoint, kept));
        StringAssert.Contains(error.Message, $"[{string.Join(", ", kept)}]; they must be at least one of 0 to 5, ascending");
    }

    [TestMethod]
    [DataRow("tiny-a", "model.safetensors")]
    [DataRow("tiny-a", "finetuned.pth")]
    [DataRow("tiny-b-half", "model.safetensors")]
    [DataRow("tiny-b-half", "finetuned.pth")]
    public void Every_format_gives_the_same_logits(string name, string file)
    {
        using var golden = new Golden(name, file);
        using var model = golden.Model();
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var logits = Values(model.forward(golden.Tensor("pixel_values")));
        Assert.IsTrue(MostDifferent(golden.Values("logits"), logits) <= 1e-4);
    }

    [TestMethod]
    [DataRow("tiny-a")]
    [DataRow("tiny-b-half")]
    public void Logits_with_blocks_removed_agree(string name)
    {
        using var golden = new Golden(name);
        const string Prefix = "logits.remove.";
        var cases = golden.Names.Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).ToArray();
        Assert.IsNotEmpty(cases);
        foreach (var tensor in cases)
        {
            var removed = tensor[Prefix.Length..].Split('-').Select(int.Parse);
            using var model = golden.Model(removed);
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            var logits = Values(model.forward(golden.Tensor("pixel_values")));
            Assert.IsTrue(MostDifferent(golden.Values(tensor), logits) <= 1e-4, tensor);
        }
    }

    [TestMethod]
    [DataRow("tiny-a")]
    [DataRow("tiny-b-half")]
    public void Loss_and_gradients_agree(string name)
    {
        using var golden = new Golden(name);
        using var model = golden.Model();
        using var scope = NewDisposeScope();
        var loss = nn.functional.cross_entropy(model.forward(golden.Tensor("pixel_values")), golden.Tensor("labels"));
        loss.backward();
        Assert.AreEqual(golden.Values("loss")[0], loss.ToSingle(), 1e-5);

        var gradients = 0;
        foreach (var (parameterName, parameter) in model.named_parameters())
        {
            var expected = golden.Values($"grad.{parameterName}");
            var actual = Values(parameter.grad!);
            var largest = expected.Max(Math.Abs);
            Assert.IsTrue(MostDifferent(expected, actual) <= 1e-3 * largest, parameterName);
            gradients++;
        }
        Assert.AreEqual(golden.Names.Count(n => n.StartsWith("grad.", StringComparison.Ordinal)), gradients);
    }

    [TestMethod]
    public void Parameters_are_counted_as_the_module_has_them()
    {
        using var golden = new Golden("tiny-a");
        using var model = golden.Model();
        var expected = model.parameters().Sum(parameter => parameter.NumberOfElements);
        Assert.AreEqual(expected, VideoMaeCost.Of(model.Configuration).Parameters);
    }

    [TestMethod]
    public void A_base_encoder_costs_what_is_published()
    {
        var cost = VideoMaeCost.Of(VideoMaeConfiguration.Base);
        Assert.AreEqual(86.2e6, cost.Parameters, 0.1e6);
        Assert.AreEqual(180, cost.GigaFlops, 0.6);
    }

    [TestMethod]
    public void Clips_of_another_size_are_refused_with_both_sizes()
    {
        using var golden = new Golden("tiny-a");
        using var model = golden.Model();
        using var clips = zeros([1, 3, 4, 32, 32]);
        var error = Assert.ThrowsExactly<ArgumentException>(() => model.forward(clips));
        StringAssert.Contains(error.Message, "[1, 3, 4, 32, 32]");
        StringAssert.Contains(error.Message, "8 frames");
    }

    private static double MostDifferent(float[] expected, float[] actual)
    {
        Assert.AreEqual(expected.Length, actual.Length);
        return expected.Zip(actual, (a, b) => Math.Abs((double)a - b)).Max();
    }

    private static float[] Values(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();

    private sealed class Golden(string name, string file = "") : IDisposable
    {
        private readonly SafetensorsFile _io = SafetensorsFile.Open(ReferenceData.Golden(name, "io.safetensors"));

        // The reference values were computed with one epsilon everywhere; a Hugging Face classifier has another in its last norm.
        public VideoMaeCheckpoint Checkpoint { get; } = VideoMaeCheckpoint.Open(
            ReferenceData.Golden(name, file), new VideoMaeCheckpointOptions { FinalNormEpsilon = 1e-6 });

        public IEnumerable<string> Names => _io.Tensors.Keys;

        public float[] Values(string tensor) => MemoryMarshal.Cast<byte, float>(_io.Tensors[tensor].Bytes).ToArray();

        public Tensor Tensor(string tensor)
        {
            var stored = _io.Tensors[tensor];
            return stored.Type == TensorType.Int64
                ? torch.tensor(MemoryMarshal.Cast<byte, long>(stored.Bytes).ToArray(), [.. stored.Shape])
                : torch.tensor(Values(tensor), [.. stored.Shape]);
        }

        public VideoMaeClassifier Model(IEnumerable<int>? removed = null)
        {
            var kept = Enumerable.Range(0, Checkpoint.BlockCount).Except(removed ?? []).ToArray();
            var model = new VideoMaeClassifier(Checkpoint.Configuration with { BlockCount = kept.Length });
            ModelWeights.Load(model, Checkpoint.Encoder, kept, _ => true, name);
            return model;
        }

        public void Dispose()
        {
            Checkpoint.Dispose();
            _io.Dispose();
        }
    }
}
