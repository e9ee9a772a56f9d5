using GardenerML.Checkpoints;
using GardenerML.Pretraining;
using GardenerML.Tests.Training;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Tests.Pretraining;

[TestClass]
public sealed class PretrainerTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly string _folder = Directory.CreateTempSubdirectory("gardener-pretraining-").FullName;

    [TestCleanup]
    public void Delete() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public void Pretraining_learns_to_fill_in_what_is_hidden()
    {
        var epochs = new List<EpochMetrics>();
        var options = TinyPretraining.Options with
        {
            Epochs = 60,
            LearningRate = 3e-3,
            Augmentation = ClipAugmentation.None,
            ValidationFraction = 0.2,
            MetricsCallback = epochs.Add,
            LogFolder = _folder,
        };
        // Vertical stripes as wide apart as patches: a hidden patch looks like any other of its clip.
        var rows = TinyData.Rows(40);
        for (var i = 0; i < rows.Length; i++)
            rows[i].Video = VideoClip.FromFrames(Stripes(i), TinyData.Frames, TinyData.Side, TinyData.Side);
        using var model = _ml.Transforms.PretrainVideoMae(options).Fit(_ml.View(rows));
        Assert.AreEqual(1, epochs[0].Validation!.Loss, 0.3);
        Assert.IsLessThan(0.4, epochs[^1].Validation!.Loss);
        Assert.IsTrue(double.IsNaN(epochs[^1].TrainingAccuracy));
        var history = File.ReadAllLines(Path.Combine(_folder, "history.csv"));
        Assert.HasCount(61, history);
        Assert.IsFalse(history.Any(line => line.Contains("NaN", StringComparison.Ordinal)));

        static byte[] Stripes(int clip)
        {
            var pixels = new byte[TinyData.Frames * TinyData.Side * TinyData.Side * 3];
            for (var i = 0; i < pixels.Length; i++)
                pixels[i] = (byte)((i / 3 + clip) % 4 * 60);
            return pixels;
        }
    }

    [TestMethod]
    public void The_same_seed_gives_the_same_weights_whatever_the_threads_and_the_cache()
    {
        var expected = TinyPretraining.TrainedWeights(TinyPretraining.Options);
        CollectionAssert.AreEqual(expected, TinyPretraining.TrainedWeights(
            TinyPretraining.Options with { DecodingThreads = 1, FrameCacheBytes = 0, ScoringBatchSize = 3 }));
        CollectionAssert.AreNotEqual(expected, TinyPretraining.TrainedWeights(TinyPretraining.Options with { Seed = 2 }));
        CollectionAssert.AreNotEqual(expected, TinyPretraining.TrainedWeights(TinyPretraining.Options with { MaskRatio = 0.5 }));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public void Micro_batches_give_the_weights_of_whole_ones(int size)
    {
        var whole = TinyPretraining.TrainedWeights(TinyPretraining.Options);
        var parts = TinyPretraining.TrainedWeights(TinyPretraining.Options with { MicroBatchSize = size });
        Assert.IsLessThan(1e-4, whole.Zip(parts, (a, b) => Math.Abs(a - b)).Max());
    }

    [TestMethod]
    public void In_bfloat16_the_loss_is_that_of_single_precision_within_rounding()
    {
        var (single, half) = (Losses(Precision.Float32), Losses(Precision.BFloat16));
        CollectionAssert.AreNotEqual(single, half);
        Assert.IsLessThan(0.02, single.Zip(half, (a, b) => Math.Abs(a - b)).Max());

        List<double> Losses(Precision precision)
        {
            var losses = new List<double>();
            using var model = _ml.Pretrain(TinyPretraining.Options with
            {
                Precision = precision,
                Progress = new Immediately<TrainingProgress>(step => losses.Add(step.Loss)),
            });
            return losses;
        }
    }

    [TestMethod]
    public void A_run_that_is_cancelled_after_every_step_ends_with_the_weights_of_one_that_is_not()
    {
        var options = TinyPretraining.Options with { WeightAveraging = 0.5, RepeatedSamples = 2 };
        var expected = TinyPretraining.TrainedWeights(options);
        for (var runs = 1; ; runs++)
        {
            using var source = new CancellationTokenSource();
            try
            {
                var weights = TinyPretraining.TrainedWeights(options with
                {
                    ResumeFolder = _folder,
                    Cancellation = source.Token,
                    Progress = new Immediately<TrainingProgress>(_ => source.Cancel()),
                });
                CollectionAssert.AreEqual(expected, weights);
                // 3 steps in each of 3 epochs; the last epoch's end needs no more of them.
                Assert.IsGreaterThanOrEqualTo(9, runs);
                return;
            }
            catch (OperationCanceledException)
            {
                Assert.IsLessThan(20, runs);
            }
        }
    }

    [TestMethod]
    public void The_state_of_other_settings_is_refused()
    {
        var options = TinyPretraining.Options with { ResumeFolder = _folder };
        TinyPretraining.TrainedWeights(options);
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => TinyPretraining.TrainedWeights(options with { MaskRatio = 0.5 }));
        StringAssert.Contains(error.Message, "MaskRatio was 0.75 and is 0.5");
    }

    [TestMethod]
    public void Features_are_a_column_that_any_trainer_learns_from_and_that_the_zip_gives_again_bit_for_bit()
    {
        var data = _ml.Keyed(TinyData.Rows(9));
        using var model = _ml.Pretrain(TinyPretraining.Options);
        var features = model.Scores(data, "Features");
        Assert.HasCount(9, features);
        Assert.IsTrue(features.All(row => row.Length == 24 && row.All(float.IsFinite)));
        Assert.AreNotEqual(features[0][0], features[1][0]);

        var path = Path.Combine(_folder, "model.zip");
        _ml.Model.Save(model, data.Schema, path);
        var loaded = new MLContext().Model.Load(path, out _);
        using (loaded as IDisposable)
        {
            var again = loaded.Scores(data, "Features");
            for (var row = 0; row < 9; row++)
                CollectionAssert.AreEqual(features[row], again[row]);
        }
        using var classifier = (IDisposable)_ml.Transforms.PretrainVideoMae(TinyPretraining.Options)
            .Append(_ml.MulticlassClassification.Trainers.SdcaMaximumEntropy()).Fit(data);
        Assert.HasCount(9, ((ITransformer)classifier).Scores(data));
    }

    [TestMethod]
    public void A_pretrained_model_is_a_checkpoint_to_fine_tune_as_zip_and_as_folder()
    {
        using var model = _ml.Pretrain(TinyPretraining.Options);
        var (zip, folder) = (Path.Combine(_folder, "model.zip"), Path.Combine(_folder, "folder"));
        var data = _ml.Keyed(TinyData.Rows(9));
        _ml.Model.Save(model, data.Schema, zip);
        model.SaveCheckpoint(folder);
        var options = TinyData.Options with { NewModel = null, Epochs = 1 };
        var fromZip = TinyData.TrainedWeights(options with { Checkpoint = zip }, data);
        CollectionAssert.AreEqual(fromZip, TinyData.TrainedWeights(options with { Checkpoint = folder }, data));
        CollectionAssert.AreNotEqual(fromZip, TinyData.TrainedWeights(TinyData.Options with { Epochs = 1, NewModel = TinyPretraining.Options.NewModel }, data));
    }

    [TestMethod]
    [DataRow("tiny-a", CheckpointLayout.SingleFile)]
    [DataRow("tiny-a", CheckpointLayout.HuggingFace)]
    [DataRow("tiny-b-half", CheckpointLayout.HuggingFaceV5)]
    public void Weights_of_a_pretrained_file_keep_their_names_and_values_through_every_layout(string name, CheckpointLayout layout)
    {
        using var stored = VideoMaeCheckpoint.Open(ReferenceData.Golden(name, "pretrained.pth"));
        var configuration = stored.Configuration;
        using var channel = ((Microsoft.ML.Runtime.IHostEnvironment)_ml).Register("test").Start("test");
        var model = PretrainingStart.Build(
            new VideoMaePretrainingOptions { Checkpoint = ReferenceData.Golden(name, "pretrained.pth"), MaskRatio = 0.75 },
            new VideoClipDataViewType(configuration.FrameCount, configuration.ImageSize, configuration.ImageSize), 1, TorchSharp.torch.CPU,
            channel);
        using var transformer = new VideoMaePretrainedTransformer(
            (Microsoft.ML.Runtime.IHostEnvironment)_ml, model, VideoMaePretrainedDescription.Of(new VideoMaePretrainingOptions()));
        var path = Path.Combine(_folder, layout == CheckpointLayout.SingleFile ? "one.safetensors" : "folder");
        transformer.SaveCheckpoint(path, layout, TensorType.Float32);

        using var written = VideoMaeCheckpoint.Open(path);
        Assert.AreEqual(CheckpointKind.Pretraining, written.Kind);
        foreach (var (tensor, values) in stored.Encoder.Concat(stored.Decoder).Where(pair => pair.Key != "decoder.weight"))
        {
            var again = written.Encoder.GetValueOrDefault(tensor) ?? written.Decoder.GetValueOrDefault(tensor);
            Assert.IsNotNull(again, tensor);
            CollectionAssert.AreEqual(Floats(values), Floats(again), tensor);
        }
        using var reopened = VideoMaePretrainedTransformer.Open(_ml, path);
        CollectionAssert.AreEqual(transformer.Weights(), reopened.Weights());
        Assert.AreEqual(transformer.Decoder, reopened.Decoder);

        if (layout == CheckpointLayout.SingleFile)
        {
            using var file = SafetensorsFile.Open(path);
            foreach (var key in new[] { "encoder.blocks.0.attn.qkv.weight", "encoder.norm.weight", "encoder_to_decoder.weight", "mask_token", "decoder.blocks.0.mlp.fc1.weight", "decoder.head.weight" })
                Assert.IsTrue(file.Tensors.ContainsKey(key), key);
        }
        else
        {
            using var file = SafetensorsFile.Open(Path.Combine(path, "model.safetensors"));
            foreach (var key in new[] { "videomae.encoder.layer.0.attention.attention.query.weight", "videomae.layernorm.weight", "encoder_to_decoder.weight", "mask_token", "decoder.decoder_layers.0.intermediate.dense.weight", "decoder.head.weight" })
                Assert.IsTrue(file.Tensors.ContainsKey(key), key);
        }
    }

    [TestMethod]
    public void A_reconstruction_keeps_what_is_visible_and_its_picture_has_three_rows()
    {
        using var model = _ml.Pretrain(TinyPretraining.Options);
        var pixels = TinyData.Pixels(1, 7);
        var clip = VideoClip.FromFrames(pixels, TinyData.Frames, TinyData.Side, TinyData.Side);
        var result = model.Reconstruct(clip, maskRatio: 0.5, seed: 3);
        CollectionAssert.AreEqual(pixels, result.Original.ToArray());
        var masked = result.Masked.ToArray();
        var filled = result.Reconstructed.ToArray();
        var kept = 0;
        // Of the first frame, patch by patch; 16 patches, 8 hidden.
        for (var patch = 0; patch < 16; patch++)
        {
            int[] places = [.. from y in Enumerable.Range(patch / 4 * 4, 4) from x in Enumerable.Range(patch % 4 * 12, 12) select y * 48 + x];
            if (places.All(place => masked[place] == 128))
                continue;
            kept++;
            Assert.IsTrue(places.All(place => masked[place] == pixels[place] && filled[place] == pixels[place]));
        }
        Assert.AreEqual(8, kept);
        CollectionAssert.AreNotEqual(pixels, filled);
        Assert.IsGreaterThan(0, result.Loss);
        CollectionAssert.AreEqual(masked, model.Reconstruct(clip, 0.5, 3).Masked.ToArray());
        CollectionAssert.AreNotEqual(masked, model.Reconstruct(clip, 0.5, 4).Masked.ToArray());

        var path = Path.Combine(_folder, "strip.png");
        result.SavePng(path);
        using var picture = OpenCvSharp.Cv2.ImRead(path);
        Assert.AreEqual(3 * 98 - 2, picture.Height);
        Assert.AreEqual(4 * 98 - 2, picture.Width);
    }

    [TestMethod]
    public void Pretraining_and_features_leave_no_tensors_behind()
    {
        Run();
        var live = LiveTensors.Count;
        for (var i = 0; i < 3; i++)
            Run();
        Assert.AreEqual(live, LiveTensors.Count);

        void Run()
        {
            using var model = _ml.Pretrain(TinyPretraining.Options with { WeightAveraging = 0.5, ValidationFraction = 0.3, KeepBestWeights = true });
            model.Scores(_ml.View(TinyData.Rows(5)), "Features");
            model.Reconstruct(VideoClip.FromFrames(TinyData.Pixels(1, 7), TinyData.Frames, TinyData.Side, TinyData.Side));
        }
    }

    [TestMethod]
    public void Options_out_of_range_and_data_that_do_not_fit_are_refused_by_name()
    {
        Refused<ArgumentException>(options => options with { MaskRatio = 1 }, "MaskRatio");
        Refused<ArgumentException>(options => options with { MaskRatio = 0.01 }, "0.0625");
        Refused<ArgumentException>(options => options with { Augmentation = ClipAugmentation.VideoMae }, "Mixup");
        Refused<ArgumentException>(options => options with { FeatureColumnName = " " }, "FeatureColumnName");
        Refused<ArgumentException>(options => options with { Decoder = options.Decoder! with { HeadCount = 5 } }, "Decoder");
        Refused<ArgumentOutOfRangeException>(options => options with { VideoColumnName = "Absent" }, "Absent");
        Refused<InvalidOperationException>(options => options with { NewModel = null }, "NewModel");
        Refused<InvalidOperationException>(options => options with { NewModel = options.NewModel! with { PatchSize = 5 } }, "5 x 5");

        void Refused<T>(Func<VideoMaePretrainingOptions, VideoMaePretrainingOptions> change, string named) where T : Exception
        {
            var error = Assert.ThrowsExactly<T>(() => _ml.Pretrain(change(TinyPretraining.Options)).Dispose());
            StringAssert.Contains(error.Message, named);
        }
    }

    [TestMethod]
    [DataRow(100, 10.0)]
    [DataRow(1000, 10.0)]
    [DataRow(5, 0.5)]
    public void Warm_up_that_is_not_set_is_a_tenth_of_the_epochs_and_at_most_10(int epochs, double expected)
    {
        var options = new VideoMaePretrainingOptions { Epochs = epochs };
        options.Validate();
        Assert.AreEqual(expected, options.WarmupEpochs);
        Assert.AreEqual(3, (options with { WarmupEpochs = 3 }).WarmupEpochs);
        Assert.AreEqual(1, new VideoClassifierOptions { Epochs = epochs }.WarmupEpochs);
        Assert.AreEqual(0.5, new VideoClassifierOptions { Epochs = 1 }.WarmupEpochs);
    }

    [TestMethod]
    public void What_does_not_fit_is_refused_before_a_row_is_read()
    {
        var unread = _ml.Data.LoadFromEnumerable(Rows());
        Fails(TinyPretraining.Options with { NewModel = null }, unread, "NewModel");
        Fails(TinyPretraining.Options with { NewModel = TinyPretraining.Options.NewModel! with { PatchSize = 5 } }, unread, "5 x 5");
        Fails(TinyPretraining.Options, _ml.Transforms.GardenerPrune(0.5, ReferenceData.Golden("tiny-a")).Fit(unread).Transform(unread), "Prune");

        void Fails(VideoMaePretrainingOptions options, IDataView data, string named) => StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => _ml.Transforms.PretrainVideoMae(options).Fit(data)).Message, named);

        static IEnumerable<TinyRow> Rows()
        {
            Assert.Fail("A row was read.");
            yield break;
        }
    }

    [TestMethod]
    public void A_split_that_holds_nothing_out_is_warned_of_and_the_group_column_must_be_there()
    {
        var warnings = new List<string>();
        _ml.Log += (_, entry) =>
        {
            if (entry.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                warnings.Add(entry.Message);
        };
        var rows = TinyData.Rows(4);
        foreach (var row in rows)
            row.Group = "one";
        var data = _ml.View(rows);
        var options = TinyPretraining.Options with { Epochs = 1, ValidationFraction = 0.3, GroupColumnName = "Group" };
        _ml.Transforms.PretrainVideoMae(options).Fit(data).Dispose();
        Assert.IsTrue(warnings.Any(warning => warning.Contains("none is held out", StringComparison.Ordinal)));
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Transforms
            .PretrainVideoMae(options with { GroupColumnName = "Absent" }).GetOutputSchema(TinyData.Shape(data.Schema)));
        StringAssert.Contains(error.Message, "Absent");
    }

    [TestMethod]
    public void The_schema_that_is_promised_is_the_one_that_comes()
    {
        var data = _ml.View(TinyData.Rows(4));
        var estimator = _ml.Transforms.PretrainVideoMae(TinyPretraining.Options);
        var promised = estimator.GetOutputSchema(TinyData.Shape(data.Schema));
        using var model = estimator.Fit(data);
        var feature = promised.Single(column => column.Name == "Features");
        Assert.AreEqual(SchemaShape.Column.VectorKind.Vector, feature.Kind);
        var column = model.GetOutputSchema(data.Schema)["Features"];
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 24), column.Type);
    }

    private static float[] Floats(LogicalTensor tensor)
    {
        using var target = new MemoryStream();
        tensor.WriteTo(target);
        var bytes = target.ToArray();
        return tensor.Type == TensorType.Float16
            ? [.. System.Runtime.InteropServices.MemoryMarshal.Cast<byte, Half>(bytes).ToArray().Select(value => (float)value)]
            : System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes).ToArray();
    }
}
