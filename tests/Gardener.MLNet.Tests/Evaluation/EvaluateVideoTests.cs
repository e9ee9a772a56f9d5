using GardenerML.Evaluation;
using GardenerML.Scoring;
using GardenerML.Tests.Training;
using GardenerML.Tests.Video;
using GardenerML.Training;
using GardenerML.Video;
using GardenerML.VideoMae;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Tests.Evaluation;

[TestClass]
public sealed class EvaluateVideoTests : IDisposable
{
    private static readonly VideoLoadingOptions Loading = new() { FrameCount = 4, SamplingRate = 2, Size = 16 };
    private readonly MLContext _ml = new(1);
    private readonly MadeVideos _made = new();

    public void Dispose() => _made.Dispose();

    [TestMethod]
    public void One_view_gives_the_metrics_of_the_transformed_data()
    {
        var data = _ml.Keyed(TinyData.Rows(20, seed: 2));
        using var model = _ml.Trainer().Fit(_ml.Keyed(TinyData.Rows(12)));
        var metrics = _ml.MulticlassClassification.EvaluateVideo(model, data);
        var plain = _ml.MulticlassClassification.EvaluateVideo(model.Transform(data));
        var theirs = _ml.MulticlassClassification.Evaluate(model.Transform(data));
        Assert.AreEqual(20, metrics.ClipCount);
        Assert.AreEqual(plain.LogLoss, metrics.LogLoss);
        Assert.AreEqual(theirs.LogLoss, metrics.LogLoss, 1e-12);
        Assert.AreEqual(theirs.MicroAccuracy, metrics.Accuracy, 1e-12);
        Assert.AreEqual(theirs.MacroAccuracy, metrics.Uar, 1e-12);
        Assert.AreEqual(VideoViews.One, metrics.Views);
        CollectionAssert.AreEqual(TinyData.Colours, metrics.ClassNames.ToArray());
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    [DataRow(100)]
    public void Probabilities_of_the_views_are_averaged_whatever_the_batches(int batchSize)
    {
        using var model = _ml.Trainer().Fit(_ml.Keyed(TinyData.Rows(6)));
        var views = new VideoViews(3, 2);
        var clips = Enumerable.Range(0, 5).Select(i => Noise(i, frames: 10 + i, height: 20, width: 30)).ToArray();
        var scorer = new ViewScorer(model.Scorer, views, batchSize, threads: 2);
        var results = scorer.Score(clips.Select((clip, i) => new ViewScorer.Row(clip, i % 3, i, false)), CancellationToken.None).ToArray();
        Assert.HasCount(5, results);
        for (var i = 0; i < 5; i++)
        {
            // Another way: each view a clip of its own, scored by the transformer.
            using var frames = clips[i].ReadViews(views);
            var rows = Enumerable.Range(0, 6).Select(view => new TinyRow
            {
                Label = "red",
                Video = VideoClip.FromFrames(frames.Slice(view * 4, 4).ToArray(), 4, 16, 16),
            }).ToArray();
            var scores = model.Scores(_ml.Keyed(rows));
            Assert.AreEqual(i, results[i].Row.Position);
            for (var label = 0; label < 3; label++)
                Assert.AreEqual(scores.Average(score => score[label]), results[i].Scores![label], 1e-6);
            Assert.AreNotEqual(scores[0][0], scores[5][0]);
        }
    }

    [TestMethod]
    public void Each_video_is_decoded_once_for_all_its_views()
    {
        using var model = _ml.Trainer().Fit(_ml.Keyed(TinyData.Rows(6)));
        var clips = new CountedClips();
        var done = new List<long>();
        var metrics = _ml.MulticlassClassification.EvaluateVideo(model, _ml.Keyed(clips.Rows(7)), new VideoEvaluationOptions
        {
            Views = new(5, 3),
            BatchSize = 4,
            Progress = new Told(done.Add),
        });
        Assert.AreEqual((7L, 7), (metrics.ClipCount, clips.Decodes));
        Assert.AreEqual(15, metrics.Views!.Count);
        StringAssert.Contains(metrics.ToString(), "5x3");
        CollectionAssert.AreEqual(Enumerable.Range(1, 7).Select(n => (long)n).ToArray(), done);
    }

    [TestMethod]
    public void Other_views_are_other_metrics()
    {
        var rows = Enumerable.Range(0, 9).Select(i => new TinyRow { Label = TinyData.Colours[i % 3], Video = Noise(i, 30, 20, 40) }).ToArray();
        using var model = _ml.Trainer().Fit(_ml.Keyed(TinyData.Rows(6)));
        var losses = new[] { "1x1", "5x1", "1x3", "5x3" }
            .Select(views => _ml.MulticlassClassification.EvaluateVideo(
                model, _ml.Keyed(rows), new VideoEvaluationOptions { Views = VideoViews.Parse(views) }).LogLoss).ToArray();
        Assert.HasCount(4, losses.Distinct().ToArray());
    }

    [TestMethod]
    public void A_pipeline_from_a_zip_is_evaluated_on_its_own_input()
    {
        var data = Videos(6);
        var pipeline = Pipeline(Loading)
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        using var fitted = pipeline.Fit(data);
        var expected = _ml.MulticlassClassification.EvaluateVideo(fitted, data, new() { Views = new(2, 3) });
        var zip = _made.At("model.zip");
        _ml.Model.Save(fitted, data.Schema, zip);
        var other = new MLContext();
        var loaded = other.Model.Load(zip, out _);
        using var owned = (IDisposable)loaded;
        var metrics = other.MulticlassClassification.EvaluateVideo(loaded, data, new() { Views = new(2, 3) });
        Assert.AreEqual(expected.LogLoss, metrics.LogLoss, 1e-6);
        Assert.AreEqual(6, metrics.ClipCount);
        CollectionAssert.AreEqual(
            expected.ConfusionMatrix.SelectMany(row => row).ToArray(), metrics.ConfusionMatrix.SelectMany(row => row).ToArray());
    }

    [TestMethod]
    [DataRow(VideoErrorHandling.Throw, VideoErrorHandling.Skip)]
    [DataRow(VideoErrorHandling.Skip, null)]
    public void Videos_that_cannot_be_read_are_left_out_and_counted(VideoErrorHandling loading, VideoErrorHandling? evaluating)
    {
        using var model = Pipeline(Loading with { OnError = loading }).Fit(Videos(6));
        var bad = BadVideos.Names.Select(name => new Row { VideoPath = BadVideos.Make(_made, name).Path, Label = "b" });
        var good = Rows(4);
        var data = _ml.Data.LoadFromEnumerable(good.Take(2).Concat(bad).Concat(good.Skip(2)).ToArray());
        var metrics = _ml.MulticlassClassification.EvaluateVideo(model, data, new() { Views = new(2, 2), OnError = evaluating });
        Assert.AreEqual((4L, (long)BadVideos.Names.Length), (metrics.ClipCount, metrics.SkippedCount));
        var alone = _ml.MulticlassClassification.EvaluateVideo(model, _ml.Data.LoadFromEnumerable(good), new() { Views = new(2, 2) });
        Assert.AreEqual(alone.LogLoss, metrics.LogLoss, 1e-6);
        StringAssert.Contains(metrics.ToString(), "unreadable");
    }

    [TestMethod]
    [DataRow(VideoErrorHandling.Throw, null)]
    [DataRow(VideoErrorHandling.Skip, VideoErrorHandling.Throw)]
    public void Or_refused_by_name(VideoErrorHandling loading, VideoErrorHandling? evaluating)
    {
        using var model = Pipeline(Loading with { OnError = loading }).Fit(Videos(6));
        var data = _ml.Data.LoadFromEnumerable([.. Rows(2), new Row { VideoPath = _made.At("gone.avi"), Label = "a" }]);
        var error = Assert.ThrowsExactly<VideoReadException>(
            () => _ml.MulticlassClassification.EvaluateVideo(model, data, new() { OnError = evaluating }));
        StringAssert.Contains(error.Message, "gone.avi");
    }

    [TestMethod]
    public void No_readable_video_at_all_is_an_error()
    {
        using var model = Pipeline(Loading with { OnError = VideoErrorHandling.Skip }).Fit(Videos(6));
        var data = _ml.Data.LoadFromEnumerable([new Row { VideoPath = _made.At("gone.avi"), Label = "a" }]);
        var error = Assert.ThrowsExactly<VideoReadException>(() => _ml.MulticlassClassification.EvaluateVideo(model, data));
        StringAssert.Contains(error.Message, "None of the 1");
    }

    [TestMethod]
    public void Labels_that_the_model_does_not_know_are_refused_or_left_out()
    {
        using var model = Pipeline(Loading).Fit(Videos(6));
        Row[] rows = [.. Rows(3), new Row { VideoPath = Rows(1)[0].VideoPath, Label = "stranger" }];
        var data = _ml.Data.LoadFromEnumerable(rows);
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => _ml.MulticlassClassification.EvaluateVideo(model, data));
        StringAssert.Contains(error.Message, "row 3, " + rows[3].VideoPath);
        var metrics = _ml.MulticlassClassification.EvaluateVideo(model, data, new() { SkipMissingLabels = true });
        Assert.AreEqual((3L, 1L), (metrics.ClipCount, metrics.UnlabelledCount));
        // An absent video is unreadable, whatever its label.
        rows[3].VideoPath = _made.At("gone.avi");
        metrics = _ml.MulticlassClassification.EvaluateVideo(model, _ml.Data.LoadFromEnumerable(rows), new() { OnError = VideoErrorHandling.Skip });
        Assert.AreEqual((3L, 1L, 0L), (metrics.ClipCount, metrics.SkippedCount, metrics.UnlabelledCount));
    }

    [TestMethod]
    public void Keys_of_another_order_and_other_models_are_refused()
    {
        using var model = _ml.Trainer().Fit(_ml.Keyed(TinyData.Rows(6)));
        var rows = _ml.View([.. TinyData.Rows(6).Reverse()]);
        var turned = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(rows).Transform(rows);
        Assert.ThrowsExactly<InvalidOperationException>(() => _ml.MulticlassClassification.EvaluateVideo(model, turned));

        var none = _ml.Transforms.CopyColumns("Other", "Number").Fit(rows);
        var error = Assert.Throws<ArgumentException>(() => _ml.MulticlassClassification.EvaluateVideo(none, rows));
        StringAssert.Contains(error.Message, "no video classifier");

        // 15 views would be more than an array holds.
        Assert.ThrowsExactly<ArgumentException>(() => new ViewScorer(
            new ClassScorer(Large(), Precision.Float32), new VideoViews(100, 100), 1, 1).CheckSize());
    }

    [TestMethod]
    public void Options_out_of_range_are_refused()
    {
        using var model = _ml.Trainer().Fit(_ml.Keyed(TinyData.Rows(6)));
        var data = _ml.Keyed(TinyData.Rows(3));
        foreach (var (options, part) in new (VideoEvaluationOptions, string)[]
        {
            (new() { BatchSize = 0 }, "BatchSize is 0"),
            (new() { DecodingThreads = 0 }, "DecodingThreads is 0"),
            (new() { LabelColumnName = " " }, "LabelColumnName"),
            (new() { OnError = (VideoErrorHandling)7 }, "7"),
        })
            StringAssert.Contains(
                Assert.ThrowsExactly<ArgumentException>(() => _ml.MulticlassClassification.EvaluateVideo(model, data, options)).Message, part);
    }

    [TestMethod]
    public void A_cancelled_evaluation_stops_and_nothing_is_left_behind()
    {
        using var model = _ml.Trainer().Fit(_ml.Keyed(TinyData.Rows(6)));
        using var source = new CancellationTokenSource();
        var clips = new CountedClips();
        var data = _ml.Keyed(clips.Rows(200));
        // The first clips make the model's weights ready for scoring; that lasts as long as the model.
        model.Scores(_ml.Keyed(TinyData.Rows(1)));
        var before = LiveTensors.Count;
        Assert.ThrowsExactly<OperationCanceledException>(() => _ml.MulticlassClassification.EvaluateVideo(model, data, new VideoEvaluationOptions
        {
            Views = new(2, 1),
            Progress = new Told(done =>
            {
                if (done == 3)
                    source.Cancel();
            }),
            Cancellation = source.Token,
        }));
        Assert.IsLessThan(100, clips.Decodes);
        _ml.MulticlassClassification.EvaluateVideo(model, _ml.Keyed(clips.Rows(5)), new() { Views = new(2, 3) });
        Assert.AreEqual(before, LiveTensors.Count);
    }

    [TestMethod]
    public void A_copy_of_the_model_scores_the_same()
    {
        using var model = _ml.Trainer().Fit(_ml.Keyed(TinyData.Rows(6)));
        using var copy = new ClassScorer(ModelWeights.Copy(model.Model, model.Model.Device), Precision.Float32);
        using var frames = TinyData.Rows(1)[0].Video!.Read();
        CollectionAssert.AreEqual(model.Scorer.Score([frames])[0], copy.Score([frames])[0]);
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.MulticlassClassification.EvaluateVideo(
            model, _ml.View(TinyData.Rows(3)), new() { Device = ComputeDevice.Cpu }));
        StringAssert.Contains(error.Message, "key");
    }

    [TestMethod]
    public void Real_clips_go_through_fifteen_views()
    {
        var data = Ucf101.Load(_ml, ReferenceData.RealUcf101(), 1, Ucf101Subset.Test, new Ucf101Options { MissingVideos = MissingVideos.Skip });
        using var model = Pipeline(new VideoLoadingOptions { FrameCount = 4, SamplingRate = 8, Size = 16 }).Fit(_ml.Data.TakeRows(data, 30));
        var metrics = _ml.MulticlassClassification.EvaluateVideo(
            model, _ml.Data.TakeRows(data, 12), new() { Views = new(5, 3), SkipMissingLabels = true });
        Assert.AreEqual(12, metrics.ClipCount);
        Assert.IsTrue(metrics.LogLoss is > 0 and < 10);
    }

    private EstimatorChain<VideoClassifierTransformer> Pipeline(VideoLoadingOptions loading) =>
        _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.LoadVideo(options: loading))
            .Append(_ml.Trainer(TinyData.Options with { Epochs = 1 }));

    private IDataView Videos(int count) => _ml.Data.LoadFromEnumerable(Rows(count));

    private Row[] Rows(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i => new Row
        {
            VideoPath = _made.Numbered(10 + 3 * i, $"video{i}.avi"),
            Label = i % 2 == 0 ? "a" : "b",
        }),
    ];

    private static VideoClip Noise(int seed, int frames, int height, int width)
    {
        var pixels = new byte[frames * height * width * 3];
        new Random(seed).NextBytes(pixels);
        return VideoClip.FromFrames(pixels, frames, height, width, Loading);
    }

    private static VideoMaeClassifier Large() => new(new VideoMaeConfiguration
    {
        Width = 8,
        BlockCount = 1,
        HeadCount = 1,
        MlpWidth = 8,
        ClassCount = 2,
    });

    private sealed class Told(Action<long> report) : IProgress<long>
    {
        public void Report(long value) => report(value);
    }

    private sealed class Row
    {
        public string VideoPath { get; set; } = "";

        public string Label { get; set; } = "";
    }
}
