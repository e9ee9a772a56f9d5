using GardenerML.Checkpoints;
using GardenerML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Tests.Training;

/// <summary>A checkpoint's head serves the classes it was trained for, by name, whatever order the data gives them.</summary>
[TestClass]
public sealed class CheckpointHeadTests
{
    // Steps so small that the weights stay what they were.
    private static readonly VideoClassifierOptions Unchanging = TinyData.Options with
    {
        NewModel = null,
        Epochs = 1,
        LearningRate = 1e-12,
        MinimumLearningRate = 0,
        WeightDecay = 0,
    };

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Outputs_follow_the_names_of_the_classes()
    {
        WithCheckpoint((checkpoint, scores) =>
        {
            var reversed = TinyData.Rows(12).Reverse().ToArray();
            using var model = Fit(Unchanging with { Checkpoint = checkpoint }, reversed);
            CollectionAssert.AreEqual(new[] { "red", "green", "blue" }, model.LastTransformer.ClassNames.ToArray());
            var again = model.Transform(_ml.View(TinyData.Rows(1))).GetColumn<float[]>("Score").Single();
            for (var i = 0; i < 3; i++)
                Assert.AreEqual(scores[i], again[2 - i], 1e-5);
        });
    }

    [TestMethod]
    public void Some_of_its_classes_keep_their_outputs()
    {
        WithCheckpoint((checkpoint, scores) =>
        {
            var (row, colours) = (TinyData.Rows(1), new[] { "blue", "red" });
            using var model = Fit(Unchanging with { Checkpoint = checkpoint }, [.. TinyData.Rows(12).Where(r => colours.Contains(r.Label)).OrderBy(r => r.Label)]);
            CollectionAssert.AreEqual(colours, model.LastTransformer.ClassNames.ToArray());
            var again = model.Transform(_ml.View(row)).GetColumn<float[]>("Score").Single();
            // Softmax over two of three logits: the ratio of the two probabilities stays.
            Assert.AreEqual(scores[0] / scores[2], again[0] / again[1], 1e-3 * scores[0] / scores[2]);
        });
    }

    [TestMethod]
    public void A_head_for_other_classes_is_replaced()
    {
        WithCheckpoint((checkpoint, scores) =>
        {
            var renamed = TinyData.Rows(12);
            foreach (var row in renamed)
                row.Label = "not " + row.Label;
            using var model = Fit(Unchanging with { Checkpoint = checkpoint }, renamed);
            var again = model.Transform(_ml.View(renamed[0])).GetColumn<float[]>("Score").Single();
            Assert.IsGreaterThan(0.01, scores.Zip(again, (a, b) => Math.Abs(a - b)).Max());
        });
    }

    private void WithCheckpoint(Action<string, float[]> test)
    {
        var path = Path.Combine(Path.GetTempPath(), $"head-{Guid.NewGuid():N}.safetensors");
        try
        {
            using var model = Fit(TinyData.Options with { Epochs = 4 }, TinyData.Rows(24));
            model.LastTransformer.SaveCheckpoint(path, CheckpointLayout.SingleFile);
            test(path, model.Transform(_ml.View(TinyData.Rows(1))).GetColumn<float[]>("Score").Single());
        }
        finally
        {
            File.Delete(path);
        }
    }

    private TransformerChain<VideoClassifierTransformer> Fit(VideoClassifierOptions options, TinyRow[] rows) =>
        _ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.Trainer(options)).Fit(_ml.View(rows));
}
