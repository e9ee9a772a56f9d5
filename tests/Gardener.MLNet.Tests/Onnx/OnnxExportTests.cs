using System.Text.Json;
using GardenerML.Checkpoints;
using GardenerML.Onnx;
using GardenerML.Pruning;
using GardenerML.Tests.Checkpoints;
using GardenerML.Tests.Training;
using GardenerML.VideoMae;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace GardenerML.Tests.Onnx;

/// <summary>Exported models in ONNX Runtime, against golden values and against TorchSharp.</summary>
[TestClass]
public sealed class OnnxExportTests : IDisposable
{
    private static readonly OnnxExportOptions Logits = new() { Softmax = false };
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("model.onnx");

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("tiny-a")]
    [DataRow("tiny-b-half")]
    public void A18_Logits_are_the_golden_ones_dense_and_with_blocks_removed(string name)
    {
        using var io = SafetensorsFile.Open(ReferenceData.Golden(name, "io.safetensors"));
        float[] Golden(string tensor) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(io.Tensors[tensor].Bytes).ToArray();
        using var checkpoint = VideoMaeCheckpoint.Open(ReferenceData.Golden(name), new() { FinalNormEpsilon = 1e-6 });
        var cases = io.Tensors.Keys.Where(key => key == "logits" || key.StartsWith("logits.remove.")).ToArray();
        Assert.IsGreaterThan(1, cases.Length);
        foreach (var tensor in cases)
        {
            var removed = tensor == "logits" ? [] : tensor["logits.remove.".Length..].Split('-').Select(int.Parse);
            var kept = Enumerable.Range(0, checkpoint.BlockCount).Except(removed).ToArray();
            using var model = new VideoMaeClassifier(checkpoint.Configuration with { BlockCount = kept.Length });
            ModelWeights.Load(model, checkpoint.Encoder, kept, _ => true, name);
            OnnxExport.Export(model, [], null, Path, Logits);
            using var run = new OnnxRun(Path);
            AssertClose(Golden(tensor), run.Run(Golden("pixel_values"), (int)io.Tensors["pixel_values"].Shape[0]), tensor);
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(8)]
    public void A18_Any_batch_agrees_with_TorchSharp(int batch)
    {
        foreach (var name in (string[])["tiny-a", "tiny-b-half"])
        {
            using var model = Load(name);
            OnnxExport.Export(model, [], null, Path, Logits);
            AssertAgrees(model, batch);
        }
    }

    [TestMethod]
    [DataRow(true, false)]
    [DataRow(true, true)]
    [DataRow(false, false)]
    public void Every_kind_of_attention_bias_agrees(bool queryValueBias, bool keyBias)
    {
        using var model = RandomModel(
            TinyModel.Configuration with { HeadCount = 4, QueryValueBias = queryValueBias, KeyBias = keyBias, FinalNormEpsilon = 1e-3 });
        OnnxExport.Export(model, [], null, Path, Logits);
        AssertAgrees(model, 2);
    }

    [TestMethod]
    public void A18_Trained_models_dense_and_pruned_give_the_same_scores_from_bytes()
    {
        var ml = new MLContext(1);
        var data = ml.Keyed(TinyData.Rows(8));
        using var unpruned = ml.Trainer().Fit(data);
        unpruned.SaveCheckpoint(_folder.File("checkpoint"));
        using var model = ml.Transforms.GardenerPrune(0.5, _folder.File("checkpoint"))
            .Append(ml.Trainer(TinyData.Options with { NewModel = null })).Fit(data);
        var written = unpruned.ExportOnnx(Path, new() { Input = OnnxInput.Frames });
        AssertScores(unpruned.Scores(data));
        model.ExportOnnx(Path, new() { Input = OnnxInput.Frames });
        AssertScores(model.Scores(data));
        Assert.AreEqual((17, "Frames", "uint8", "Score"),
            (written.Opset, written.Inputs[0].Name, written.Inputs[0].Type, written.Outputs[0].Name));
        CollectionAssert.AreEqual(new long[] { -1, TinyData.Frames, TinyData.Side, TinyData.Side, 3 }, written.Inputs[0].Shape.ToArray());

        using var run = new OnnxRun(Path);
        var metadata = run.Session.ModelMetadata.CustomMetadataMap;
        CollectionAssert.AreEqual(TinyData.Colours, JsonSerializer.Deserialize<string[]>(metadata["gardener.classes"]));
        Assert.AreEqual(model.LastTransformer.PruningPlan!.ToJson(), PruningPlan.FromJson(metadata["gardener.plan"]).ToJson());
        CollectionAssert.AreEqual(TinyData.Colours, OnnxMetadata.ReadClassNames(Path));

        void AssertScores(float[][] expected)
        {
            using var run = new OnnxRun(Path);
            foreach (var batch in (int[])[1, 3, 8])
            {
                var pixels = Enumerable.Range(0, batch).SelectMany(i => TinyData.Pixels(i % 3, 1000 + i)).ToArray();
                AssertClose([.. expected.Take(batch).SelectMany(scores => scores)], run.Run(pixels, batch), $"batch {batch}");
            }
        }
    }

    [TestMethod]
    [DataRow(OnnxInput.Clip)]
    [DataRow(OnnxInput.Frames)]
    public void Half_weights_take_half_the_room_and_compute_as_rounded_weights_do(OnnxInput input)
    {
        using var model = RandomModel(TinyModel.Configuration);
        OnnxExport.Export(model, [], null, Path, new() { Input = input });
        var size = new FileInfo(Path).Length;
        OnnxExport.Export(model, [], null, Path, new() { Input = input, WeightType = TensorType.Float16 });
        Assert.AreEqual(0.5, new FileInfo(Path).Length / (double)size, 0.05);
        using (no_grad())
        {
            foreach (var parameter in model.parameters().Where(parameter => parameter.dim() > 1))
            {
                using var rounded = parameter.to(ScalarType.Float16);
                parameter.copy_(rounded);
            }
        }
        using var run = new OnnxRun(Path);
        var (pixels, frames) = Clips(model.Configuration, 3);
        AssertClose(Scores(model, pixels, 3), input == OnnxInput.Frames ? run.Run(frames, 3) : run.Run(pixels, 3), "scores");
    }

    [TestMethod]
    public void A18_A_checkpoint_is_exported_with_the_plan_applied()
    {
        var checkpoint = ReferenceData.Golden("tiny-a");
        var plan = Gardener.PlanPruning(new() { Checkpoint = checkpoint, Ratio = 0.5 });
        OnnxExport.ExportCheckpoint(checkpoint, Path, plan, Logits);
        using var opened = VideoMaeCheckpoint.Open(checkpoint);
        using var model = new VideoMaeClassifier(opened.Configuration with { BlockCount = plan.Kept.Count });
        ModelWeights.Load(model, opened.Encoder, plan.Kept, _ => true, checkpoint);
        AssertAgrees(model, 2);
        Assert.AreEqual(plan.ToJson(), PruningPlan.FromJson(OnnxMetadata.Read(Path)["gardener.plan"]).ToJson());

        // The same file from a model that is loaded already.
        using var loaded = VideoMaeClassifier.Load(opened, plan.Kept);
        OnnxExport.ExportClassifier(loaded, opened, _folder.File("loaded.onnx"), plan, Logits);
        CollectionAssert.AreEqual(File.ReadAllBytes(Path), File.ReadAllBytes(_folder.File("loaded.onnx")));

        // A pruned checkpoint says by itself how it was pruned.
        plan.SaveCheckpoint(_folder.File("pruned"));
        OnnxExport.ExportCheckpoint(_folder.File("pruned"), Path, options: Logits);
        AssertAgrees(model, 2);
        Assert.AreEqual(plan.ToJson(), PruningPlan.FromJson(OnnxMetadata.Read(Path)["gardener.plan"]).ToJson());
    }

    [TestMethod]
    public void What_cannot_be_exported_is_named_and_nothing_is_written()
    {
        var other = ReferenceData.Golden("tiny-b-half");
        var plan = Gardener.PlanPruning(new() { Checkpoint = ReferenceData.Golden("tiny-a"), Ratio = 0.5 });
        var headless = TinyModel.Write(_folder.Path, TinyModel.Pretraining().Values);
        StringAssert.Contains(
            Assert.ThrowsExactly<CheckpointException>(() => OnnxExport.ExportCheckpoint(headless, Path)).Message, "no classification head");
        StringAssert.Contains(
            Assert.ThrowsExactly<CheckpointException>(() => OnnxExport.ExportCheckpoint(other, Path, plan)).Message, "made for");
        using var model = RandomModel(TinyModel.Configuration);
        foreach (var options in (OnnxExportOptions[])[new() { Input = (OnnxInput)7 }, new() { WeightType = TensorType.BFloat16 }])
            Assert.ThrowsExactly<ArgumentException>(() => OnnxExport.Export(model, [], null, Path, options));
        Assert.IsFalse(File.Exists(Path));
    }

    [TestMethod]
    public void A18_A_model_without_a_classifier_is_refused_by_the_names_of_its_steps()
    {
        var ml = new MLContext(1);
        var data = ml.View(TinyData.Rows(3));
        var model = ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.Transforms.ExtractClipTensor()).Fit(data);
        var error = Assert.ThrowsExactly<ArgumentException>(() => model.ExportOnnx(Path));
        StringAssert.Contains(error.Message, "ValueToKeyMappingTransformer, ClipTensorTransformer");
    }

    [TestMethod]
    public void A_disposed_model_leaves_the_file_as_it_is()
    {
        var ml = new MLContext(1);
        var model = ml.Trainer(TinyData.Options with { Epochs = 1 }).Fit(ml.Keyed(TinyData.Rows(3)));
        model.Dispose();
        File.WriteAllText(Path, "old");
        Assert.ThrowsExactly<ObjectDisposedException>(() => model.ExportOnnx(Path));
        Assert.AreEqual("old", File.ReadAllText(Path));
        Assert.HasCount(1, Directory.GetFiles(_folder.Path));
    }

    [TestMethod]
    public void Weights_beyond_the_limit_lie_beside_the_model_which_stays_whole()
    {
        using var model = RandomModel(TinyModel.Configuration);
        var small = Logits with { MaxFileBytes = 100_000 };
        var written = OnnxExport.Export(model, ["é", "b", "c", "d"], null, Path, small);
        Assert.AreEqual(System.IO.Path.GetFullPath(Path), written.Path);
        Assert.IsGreaterThan(500_000L, new FileInfo(written.DataPath!).Length);
        Assert.IsLessThan(100_000L, new FileInfo(Path).Length);
        CollectionAssert.AreEqual(new[] { "é", "b", "c", "d" }, OnnxMetadata.ReadClassNames(Path));
        AssertAgrees(model, 3);

        var (bytes, first) = (File.ReadAllBytes(Path), written.DataPath);
        Assert.AreEqual(first, OnnxExport.Export(model, ["é", "b", "c", "d"], null, Path, small).DataPath);
        CollectionAssert.AreEqual(bytes, File.ReadAllBytes(Path));

        // Other weights get another data file, and the old one goes with the old model.
        using var other = RandomModel(TinyModel.Configuration with { MlpWidth = 64 });
        var notes = _folder.File("model.onnx.notes.data");
        File.WriteAllText(notes, "mine");
        var second = OnnxExport.Export(other, [], null, Path, small).DataPath;
        Assert.AreNotEqual(first, second);
        AssertAgrees(other, 3);
        CollectionAssert.AreEquivalent(new[] { Path, second, notes }, Directory.GetFiles(_folder.Path));
        Assert.IsNull(OnnxExport.Export(other, [], null, Path, Logits).DataPath);
        CollectionAssert.AreEquivalent(new[] { Path, notes }, Directory.GetFiles(_folder.Path));
    }

    [TestMethod]
    public void ONNX_Runtime_fuses_what_it_can()
    {
        using var model = RandomModel(TinyModel.Configuration);
        OnnxExport.Export(model, [], null, Path, Logits);
        var optimized = _folder.File("optimized.onnx");
        using (var options = new SessionOptions { OptimizedModelFilePath = optimized })
        using (new OnnxRun(Path, options))
        {
        }
        var text = File.ReadAllText(optimized, System.Text.Encoding.Latin1);
        // The scale of the attention goes into its product, and the five operators of GELU become one.
        StringAssert.Contains(text, "FusedMatMul");
        StringAssert.Contains(text, "Gelu");
        Assert.IsFalse(text.Contains("Erf", StringComparison.Ordinal));
    }

    [TestMethod]
    public void A_file_that_is_no_model_of_ours_is_refused()
    {
        using var model = RandomModel(TinyModel.Configuration);
        OnnxExport.Export(model, [], null, Path, Logits);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => OnnxMetadata.ReadClassNames(Path)).Message, "no names");
        OnnxExport.Export(model, ["a", "b", "c", "d"], null, Path, Logits);
        var whole = File.ReadAllBytes(Path);
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var bytes = whole.AsSpan(0, random.Next(whole.Length)).ToArray();
            if (bytes.Length > 0)
                bytes[random.Next(Math.Min(bytes.Length, 200))] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(Path, bytes);
            try
            {
                OnnxMetadata.ReadClassNames(Path);
            }
            catch (InvalidDataException e)
            {
                StringAssert.Contains(e.Message, Path);
            }
        }
    }

    private void AssertAgrees(VideoMaeClassifier model, int batch)
    {
        using var run = new OnnxRun(Path);
        var (pixels, _) = Clips(model.Configuration, batch);
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var clips = tensor(pixels).view(batch, 3, model.Configuration.FrameCount, model.Configuration.ImageSize, model.Configuration.ImageSize);
        AssertClose(model.forward(clips).data<float>().ToArray(), run.Run(pixels, batch), "logits");
    }

    private static float[] Scores(VideoMaeClassifier model, float[] pixels, int batch)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var clips = tensor(pixels).view(batch, 3, model.Configuration.FrameCount, model.Configuration.ImageSize, model.Configuration.ImageSize);
        return model.forward(clips).softmax(1).data<float>().ToArray();
    }

    /// <summary>Random clips as normalised pixels [B, 3, T, H, W] and as bytes [B, T, H, W, 3].</summary>
    private static (float[] Pixels, byte[] Frames) Clips(VideoMaeConfiguration configuration, int batch)
    {
        var plane = configuration.FrameCount * configuration.ImageSize * configuration.ImageSize;
        var frames = new byte[batch * plane * 3];
        new Random(batch).NextBytes(frames);
        var pixels = new float[frames.Length];
        float[] mean = [0.485f, 0.456f, 0.406f], deviation = [0.229f, 0.224f, 0.225f];
        for (var i = 0; i < frames.Length; i++)
        {
            var (clip, pixel, channel) = (i / (3 * plane), i / 3 % plane, i % 3);
            pixels[(clip * 3 + channel) * plane + pixel] = (frames[i] / 255f - mean[channel]) / deviation[channel];
        }
        return (pixels, frames);
    }

    private static VideoMaeClassifier Load(string name)
    {
        using var checkpoint = VideoMaeCheckpoint.Open(ReferenceData.Golden(name));
        var model = new VideoMaeClassifier(checkpoint.Configuration);
        ModelWeights.Load(model, checkpoint.Encoder, [.. Enumerable.Range(0, checkpoint.BlockCount)], _ => true, name);
        return model;
    }

    /// <summary>A model in which no weight, bias or norm is at its neutral value.</summary>
    private static VideoMaeClassifier RandomModel(VideoMaeConfiguration configuration)
    {
        var model = new VideoMaeClassifier(configuration);
        using var noGradient = no_grad();
        using var generator = new Generator(1);
        foreach (var parameter in model.parameters())
        {
            using var values = rand(parameter.shape, generator: generator);
            parameter.copy_(values.sub_(0.5f).mul_(0.3f));
        }
        return model;
    }

    private static void AssertClose(float[] expected, float[] actual, string what)
    {
        Assert.HasCount(expected.Length, actual);
        var most = expected.Zip(actual, (a, b) => Math.Abs((double)a - b)).Max();
        Assert.IsLessThanOrEqualTo(1e-4, most, what);
        Assert.IsGreaterThan(1e-3, expected.Max() - expected.Min(), "the test must see differences");
    }
}
