using System.Collections.Concurrent;
using System.Reflection;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Tests.Video;

[TestClass]
public sealed class LoadVideoTests : IDisposable
{
    private static readonly VideoLoadingOptions Small = new() { FrameCount = 4, SamplingRate = 2, Size = 32 };
    private readonly MadeVideos _made = new();
    private readonly MLContext _ml = new(seed: 1);
    private readonly ConcurrentQueue<string> _warnings = new();

    public LoadVideoTests() => _ml.Log += (_, e) =>
    {
        if (e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
            _warnings.Enqueue(e.Message);
    };

    public void Dispose() => _made.Dispose();

    [TestMethod]
    public void The_schema_promises_what_the_data_delivers()
    {
        var data = Rows(_made.Numbered(20));
        var estimator = _ml.Transforms.LoadVideo(options: Small);
        var promised = estimator.GetOutputSchema(Shape(data)).Single(column => column.Name == "Video");
        var delivered = estimator.Fit(data).Transform(data);
        var type = new VideoClipDataViewType(4, 32, 32);
        Assert.AreEqual(type, promised.ItemType);
        Assert.AreEqual(type, delivered.Schema["Video"].Type);
        Assert.AreEqual(type, estimator.Fit(data).GetOutputSchema(data.Schema)["Video"].Type);
        using var frames = Clips(delivered).Single().Read();
        Assert.AreEqual((4, 32, 32), (frames.FrameCount, frames.Height, frames.Width));
        CollectionAssert.AreEqual(new[] { 0, 2, 4, 6 }, VideoClipTests.Numbers(frames));
    }

    [TestMethod]
    public void Relative_paths_start_from_the_folder()
    {
        _made.Numbered(10, "a.avi");
        var transformer = _ml.Transforms.LoadVideo(folder: _made.Folder, options: Small).Fit(Rows("a.avi"));
        using var frames = Clips(transformer.Transform(Rows("a.avi"))).Single().Read();
        CollectionAssert.AreEqual(new[] { 0, 2, 4, 6 }, VideoClipTests.Numbers(frames));
        Assert.ThrowsExactly<DirectoryNotFoundException>(() => _ml.Transforms.LoadVideo(folder: _made.At("nowhere")));
    }

    [TestMethod]
    public void Encoded_videos_come_from_a_column_of_bytes()
    {
        var rows = new[] { 20, 30 }.Select(n => new BytesRow { Bytes = File.ReadAllBytes(_made.Numbered(n, $"{n}.avi")) }).ToArray();
        var data = _ml.Data.LoadFromEnumerable(rows);
        var options = Small with { Sampling = FrameSampling.Centre };
        var clips = Clips(_ml.Transforms.LoadVideo("Video", "Bytes", options: options).Fit(data).Transform(data));
        var numbers = clips.Select(Numbers).ToArray();
        CollectionAssert.AreEqual(FrameSampler.Sample(options, 20), numbers[0]);
        CollectionAssert.AreEqual(FrameSampler.Sample(options, 30), numbers[1]);
    }

    [TestMethod]
    public void A_wrong_input_column_is_named_before_any_data_moves()
    {
        var data = _ml.Data.LoadFromEnumerable([new NumberRow { VideoPath = 3 }]);
        var estimator = _ml.Transforms.LoadVideo();
        foreach (Action use in new Action[]
        {
            () => estimator.Fit(data), () => estimator.GetOutputSchema(Shape(data)),
        })
        {
            var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(use);
            StringAssert.Contains(error.Message, "VideoPath");
            StringAssert.Contains(error.Message, "String");
            StringAssert.Contains(error.Message, "Single");
        }
        var missing = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Transforms.LoadVideo(inputColumnName: "Other").Fit(data));
        StringAssert.Contains(missing.Message, "Other");
    }

    [TestMethod]
    public void A_missing_file_is_an_error_that_names_row_column_and_file()
    {
        var data = Rows(_made.Numbered(10), _made.At("gone.avi"));
        var view = _ml.Transforms.LoadVideo(options: Small).Fit(data).Transform(data);
        var error = Assert.ThrowsExactly<VideoReadException>(() => Clips(view));
        Assert.AreEqual(VideoReadFailure.NotFound, error.Reason);
        foreach (var part in new[] { "Row 1", "VideoPath", "gone.avi" })
            StringAssert.Contains(error.Message, part);
    }

    [TestMethod]
    public void Skipping_drops_the_same_rows_in_every_pass_and_says_so_once()
    {
        string[] bad = [.. BadVideos.Names.Select(name => BadVideos.Make(_made, name).Path)];
        string[] good = [_made.Numbered(10, "a.avi"), _made.Numbered(20, "b.avi"), _made.Numbered(30, "c.avi")];
        var data = _ml.Data.Cache(Rows([good[0], .. bad, good[1], "", good[2]]));
        var view = _ml.Transforms.LoadVideo(options: Small with { OnError = VideoErrorHandling.Skip }).Fit(data).Transform(data);

        // The first pass asks for another column than the clips.
        CollectionAssert.AreEqual(good, view.GetColumn<string>("VideoPath").ToArray());
        CollectionAssert.AreEqual(good, Clips(view).Select(clip => clip.Path).ToArray());
        Assert.IsTrue(view.CanShuffle);
        using (var cursor = view.GetRowCursor([view.Schema["VideoPath"]], new Random(5)))
        {
            var getter = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["VideoPath"]);
            var shuffled = new List<string>();
            ReadOnlyMemory<char> text = default;
            while (cursor.MoveNext())
            {
                getter(ref text);
                shuffled.Add(text.ToString());
            }
            CollectionAssert.AreEquivalent(good, shuffled);
        }
        foreach (var path in bad)
            Assert.AreEqual(1, _warnings.Count(line => line.Contains($"'{path}'", StringComparison.Ordinal)), path);
        Assert.AreEqual(1, _warnings.Count(line => line.Contains($"{bad.Length + 1} of {bad.Length + 4} rows", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Skipping_keeps_what_can_be_read_and_leaves_decoding_to_readers_that_run_ahead()
    {
        var whole = File.ReadAllBytes(_made.Numbered(40));
        string[] paths = [_made.Numbered(10, "a.avi"), _made.Save("half.avi", whole.AsSpan(0, whole.Length / 2)), _made.Numbered(8, "c.avi")];
        var data = Rows(paths);
        var options = Small with { OnError = VideoErrorHandling.Skip, FrameCount = 8, SamplingRate = 4 };
        var view = _ml.Transforms.LoadVideo(options: options).Fit(data).Transform(data);
        // All rows are passed before the first clip is read.
        var clips = Clips(view).ToArray();
        CollectionAssert.AreEqual(paths, clips.Select(clip => clip.Path).ToArray());
        CollectionAssert.AreEqual(new[] { 0, 4, 8, 9, 9, 9, 9, 9 }, Numbers(clips[0]));
        using var left = clips[1].ReadAll(100)!;
        Assert.IsLessThan(28, left.FrameCount, "the last frames of the clip are in the part that is missing");
        CollectionAssert.AreEqual(FrameSampler.Sample(options, left.FrameCount), Numbers(clips[1]));

        File.Delete(paths[2]);
        Assert.ThrowsExactly<VideoReadException>(() => clips[2].Read(), "no frames are held for it");
        CollectionAssert.AreEqual(paths, Clips(view).Select(clip => clip.Path).ToArray(), "the verdict is remembered");
    }

    [TestMethod]
    public void Skipping_everything_is_an_error()
    {
        var data = Rows(_made.At("x.avi"), _made.At("y.avi"));
        var view = _ml.Transforms.LoadVideo(options: Small with { OnError = VideoErrorHandling.Skip }).Fit(data).Transform(data);
        var error = Assert.ThrowsExactly<VideoReadException>(() => view.GetColumn<string>("VideoPath").ToArray());
        StringAssert.Contains(error.Message, "None of the 2 videos");
        StringAssert.Contains(error.Message, "x.avi");
    }

    [TestMethod]
    public void A_saved_model_loads_with_every_option()
    {
        var options = new VideoLoadingOptions
        {
            FrameCount = 3,
            SamplingRate = 5,
            Sampling = FrameSampling.Centre,
            ShortVideo = ShortVideo.Wrap,
            Size = 48,
            Resize = FrameResize.ShortSideCentreCrop,
            OnError = VideoErrorHandling.Skip,
            ApplyRotation = false,
        };
        _made.Numbered(40, "a.avi");
        var data = Rows("a.avi");
        var model = _ml.Transforms.LoadVideo("Clip", "VideoPath", _made.Folder, options).Fit(data);
        _ml.Model.Save(model, data.Schema, _made.At("model.zip"));

        var loaded = (VideoLoadingTransformer)new MLContext().Model.Load(_made.At("model.zip"), out _);
        Assert.AreEqual(options, loaded.Options);
        Assert.AreEqual(("Clip", "VideoPath", _made.Folder), (loaded.OutputColumnName, loaded.InputColumnName, loaded.Folder));
        Assert.AreEqual(model.GetOutputSchema(data.Schema)["Clip"].Type, loaded.GetOutputSchema(data.Schema)["Clip"].Type);
        using var before = Clips(model.Transform(data), "Clip").Single().Read();
        using var after = Clips(loaded.Transform(data), "Clip").Single().Read();
        Assert.IsTrue(before.Pixels.SequenceEqual(after.Pixels));
    }

    [TestMethod]
    public void A_saved_data_view_pipeline_loads_through_the_row_mapper()
    {
        var path = _made.Numbered(10);
        var data = Rows(path);
        var chain = _ml.Transforms.LoadVideo(options: Small).Append(_ml.Transforms.CopyColumns("Copy", "VideoPath")).Fit(data);
        _ml.Model.Save(chain, data.Schema, _made.At("chain.zip"));
        var loaded = new MLContext().Model.Load(_made.At("chain.zip"), out var schema);
        Assert.IsTrue(schema.GetColumnOrNull("VideoPath").HasValue);
        CollectionAssert.AreEqual(new[] { 0, 2, 4, 6 }, Numbers(Clips(loaded.Transform(data)).Single()));
    }

    [TestMethod]
    public void A_prediction_engine_fills_a_class_and_stays_strict_when_skipping()
    {
        var path = _made.Numbered(10);
        var options = Small with { OnError = VideoErrorHandling.Skip };
        var model = _ml.Transforms.LoadVideo(options: options).Fit(Rows(path));
        using var engine = _ml.Model.CreatePredictionEngine<PathRow, ClipRow>(model);
        var row = engine.Predict(new PathRow { VideoPath = path });
        CollectionAssert.AreEqual(new[] { 0, 2, 4, 6 }, Numbers(row.Video!));
        Assert.ThrowsExactly<VideoReadException>(() => engine.Predict(new PathRow { VideoPath = _made.At("gone.avi") }));
    }

    [TestMethod]
    public void A_cache_checkpoint_belongs_before_the_clips()
    {
        var data = Rows(_made.Numbered(10));
        var chain = _ml.Transforms.CopyColumns("Copy", "VideoPath").AppendCacheCheckpoint(_ml)
            .Append(_ml.Transforms.LoadVideo(options: Small));
        var view = chain.Fit(data).Transform(data);
        for (int pass = 0; pass < 2; pass++)
            CollectionAssert.AreEqual(new[] { 0, 2, 4, 6 }, Numbers(Clips(view).Single()));
        // ML.NET's cache keeps numbers and text only: behind LoadVideo it would drop the column, as it drops images.
        Assert.IsFalse(_ml.Data.Cache(view).Schema.GetColumnOrNull("Video").HasValue);
    }

    [TestMethod]
    public void Clips_can_be_rows_of_a_user_class()
    {
        var clip = VideoClip.FromFile(_made.Numbered(10), Small);
        var data = _ml.Data.LoadFromEnumerable([new ClipRow { Video = clip }]);
        Assert.AreEqual(new VideoClipDataViewType(4, 32, 32), data.Schema["Video"].Type);
        Assert.AreSame(clip, Clips(data).Single());
    }

    [TestMethod]
    public void Two_threads_read_the_same_frames_as_one_and_native_memory_stays()
    {
        var expected = Enumerable.Range(0, 8).Select(i => 10 + i).ToArray();
        var clips = expected.Select(n => VideoClip.FromFile(_made.Numbered(n, $"{n}.avi"), Small with { Sampling = FrameSampling.Centre })).ToArray();
        ReadAll();
        long before = Environment.WorkingSet;
        for (int round = 0; round < 20; round++)
            ReadAll();
        Assert.IsLessThan(64L << 20, Environment.WorkingSet - before, "160 reads must not keep memory");

        void ReadAll() => Parallel.For(0, 2 * clips.Length, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
            CollectionAssert.AreEqual(FrameSampler.Sample(clips[i / 2].Options, expected[i / 2]), Numbers(clips[i / 2])));
    }

    // ML.NET makes it internally when estimators are chained.
    private static SchemaShape Shape(IDataView data) => (SchemaShape)typeof(SchemaShape)
        .GetMethod("Create", BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!.Invoke(null, [data.Schema])!;

    private static int[] Numbers(VideoClip clip)
    {
        using var frames = clip.Read();
        return VideoClipTests.Numbers(frames);
    }

    private static List<VideoClip> Clips(IDataView view, string name = "Video")
    {
        var clips = new List<VideoClip>();
        using var cursor = view.GetRowCursor([view.Schema[name]]);
        var getter = cursor.GetGetter<VideoClip>(view.Schema[name]);
        while (cursor.MoveNext())
        {
            VideoClip clip = null!;
            getter(ref clip);
            clips.Add(clip);
        }
        return clips;
    }

    private IDataView Rows(params string[] paths) => _ml.Data.LoadFromEnumerable(paths.Select(path => new PathRow { VideoPath = path }).ToArray());

    private sealed class PathRow
    {
        public string VideoPath { get; set; } = "";
    }

    private sealed class NumberRow
    {
        public float VideoPath { get; set; }
    }

    private sealed class BytesRow
    {
        public byte[] Bytes { get; set; } = [];
    }

    private sealed class ClipRow
    {
        [VideoClipType(4, 32, 32)]
        public VideoClip? Video { get; set; }
    }
}
