using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Tests.Training;

/// <summary>The trainer and its model as parts of ML.NET pipelines.</summary>
[TestClass]
public sealed class PipelineTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void The_schema_that_is_promised_is_delivered_with_its_annotations()
    {
        var rows = _ml.View(TinyData.Rows(6));
        var keyed = _ml.Keyed(TinyData.Rows(6));
        IEstimator<ITransformer>[] estimators =
        [
            _ml.Trainer(),
            _ml.Transforms.GardenerPrune(0.5, ReferenceData.Golden("tiny-a")),
            _ml.Trainer(TinyData.Options with { ScoreColumnName = "Label", PredictedLabelColumnName = "Other" }),
        ];
        foreach (var estimator in estimators)
            Check(estimator, keyed);
        Check(_ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.Trainer()), rows);

        static void Check(IEstimator<ITransformer> estimator, IDataView data)
        {
            var promised = estimator.GetOutputSchema(TinyData.Shape(data.Schema));
            var transformer = estimator.Fit(data);
            using var owned = transformer as IDisposable;
            var delivered = TinyData.Shape(transformer.Transform(data).Schema);
            CollectionAssert.AreEquivalent(Describe(promised), Describe(delivered));
            CollectionAssert.AreEquivalent(Describe(promised), Describe(TinyData.Shape(transformer.GetOutputSchema(data.Schema))));
        }

        static string[] Describe(SchemaShape shape) =>
        [
            .. shape.Select(column => $"{column.Name}: {column.Kind} {column.ItemType} key {column.IsKey} "
                + string.Join(", ", column.Annotations.Select(a => $"{a.Name}: {a.Kind} {a.ItemType} key {a.IsKey}").Order())),
        ];
    }

    [TestMethod]
    public void Scores_are_probabilities_with_slot_names_and_the_predicted_label_has_the_labels_names()
    {
        var data = _ml.Keyed(TinyData.Rows(9));
        using var model = _ml.Trainer(TinyData.Options with { ScoreColumnName = "S", PredictedLabelColumnName = "P" }).Fit(data);
        var view = model.Transform(data);
        var scores = view.GetColumn<float[]>("S").ToArray();
        foreach (var score in scores)
        {
            Assert.AreEqual(1, score.Sum(), 1e-5);
            Assert.IsTrue(score.All(p => p is > 0 and < 1));
        }
        VBuffer<ReadOnlyMemory<char>> names = default, keys = default;
        view.Schema["S"].GetSlotNames(ref names);
        view.Schema["P"].GetKeyValues(ref keys);
        CollectionAssert.AreEqual(TinyData.Colours, names.DenseValues().Select(n => n.ToString()).ToArray());
        CollectionAssert.AreEqual(TinyData.Colours, keys.DenseValues().Select(n => n.ToString()).ToArray());
        CollectionAssert.AreEqual(
            scores.Select(score => (uint)Array.IndexOf(score, score.Max()) + 1).ToArray(), view.GetColumn<uint>("P").ToArray());
    }

    [TestMethod]
    public void Schema_faults_are_named_before_any_data_moves()
    {
        var clips = new CountedClips();
        var data = _ml.Keyed(clips.Rows(4));
        Refused(TinyData.Options with { VideoColumnName = "Film" }, "clip", "Film");
        Refused(TinyData.Options with { LabelColumnName = "Class" }, "label", "Class");
        Refused(TinyData.Options with { VideoColumnName = "Label" }, "'Label'", "clip of square frames", "Key");
        Refused(TinyData.Options with { LabelColumnName = "Group" }, "'Group'", "key, as MapValueToKey makes it", "String");
        Refused(TinyData.Options with { ValidationFraction = 0.2, GroupColumnName = "Grp" }, "group", "Grp");
        Refused(TinyData.Options with { ValidationFraction = 0.2, GroupColumnName = "Vector" }, "'Vector'", "text, number or key", "Vector");
        Assert.AreEqual(0, clips.Decodes);

        void Refused(VideoClassifierOptions options, params string[] parts)
        {
            var trainer = _ml.Trainer(options);
            foreach (var use in (Action[])[() => trainer.Fit(data), () => trainer.GetOutputSchema(TinyData.Shape(data.Schema))])
            {
                var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(use);
                foreach (var part in parts)
                    StringAssert.Contains(error.Message, part);
            }
        }
    }

    [TestMethod]
    public void Clips_of_another_geometry_are_refused_by_a_fitted_model_with_both_geometries()
    {
        using var model = _ml.Trainer().Fit(_ml.Keyed(TinyData.Rows(4)));
        var other = _ml.Data.LoadFromEnumerable([new LearningTests.LargerRow()]);
        foreach (var use in (Action[])[() => model.Transform(other), () => model.GetOutputSchema(other.Schema)])
        {
            var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(use);
            StringAssert.Contains(error.Message, "VideoClip<4, 16, 16>");
            StringAssert.Contains(error.Message, "VideoClip<8, 32, 32>");
        }
    }

    [TestMethod]
    public void Nothing_is_decoded_before_a_cursor_asks_for_scores()
    {
        using var model = _ml.Trainer().Fit(_ml.Keyed(TinyData.Rows(4)));
        var clips = new CountedClips();
        var view = model.Transform(_ml.Keyed(clips.Rows(6)));
        CollectionAssert.AreEqual(Enumerable.Range(0, 6).ToArray(), view.GetColumn<int>("Number").ToArray());
        Assert.HasCount(6, view.GetColumn<VideoClip>("Video"));
        Assert.AreEqual(0, clips.Decodes);
        Assert.HasCount(6, view.GetColumn<float[]>("Score"));
        Assert.AreEqual(6, clips.Decodes);
    }

    [TestMethod]
    public void Columns_pass_through_beside_the_scores_of_their_own_rows()
    {
        var rows = TinyData.Rows(11);
        using var model = _ml.Trainer(TinyData.Options with { ScoringBatchSize = 4 }).Fit(_ml.Keyed(rows));
        var expected = model.Scores(_ml.Keyed(rows));
        var seen = _ml.Data.CreateEnumerable<ScoredRow>(model.Transform(_ml.View(rows)), reuseRowObject: false).ToArray();
        Assert.HasCount(11, seen);
        for (var i = 0; i < 11; i++)
        {
            Assert.AreEqual((i, rows[i].Label, rows[i].Group), (seen[i].Number, seen[i].Label, seen[i].Group));
            CollectionAssert.AreEqual(rows[i].Vector, seen[i].Vector);
            CollectionAssert.AreEqual(expected[i], seen[i].Score);
            Assert.AreSame(rows[i].Video, seen[i].Video);
        }
    }

    [TestMethod]
    public void Scores_stay_with_their_rows_when_each_pass_has_another_order()
    {
        var rows = TinyData.Rows(40);
        using var model = _ml.Trainer().Fit(_ml.Keyed(rows));
        var expected = model.Scores(_ml.Keyed(rows));
        var seen = _ml.Data.CreateEnumerable<ScoredRow>(model.Transform(_ml.Data.LoadFromEnumerable(Shuffled())), reuseRowObject: true);
        var numbers = new List<int>();
        foreach (var row in seen)
        {
            numbers.Add(row.Number);
            for (var c = 0; c < 3; c++)
                Assert.AreEqual(expected[row.Number][c], row.Score[c], 1e-6);
        }
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 40).ToArray(), numbers);

        IEnumerable<TinyRow> Shuffled()
        {
            var order = rows.ToArray();
            Random.Shared.Shuffle(order);
            foreach (var row in order)
                yield return row;
        }
    }

    [TestMethod]
    public void A_cursor_tells_position_and_id_of_its_row()
    {
        var data = _ml.Keyed(TinyData.Rows(5));
        using var model = _ml.Trainer(TinyData.Options with { ScoringBatchSize = 2 }).Fit(data);
        var view = model.Transform(data);
        using var source = data.GetRowCursor(data.Schema);
        using var cursor = view.GetRowCursor(view.Schema);
        Assert.AreEqual(-1, cursor.Position);
        var (id, sourceId) = (cursor.GetIdGetter(), source.GetIdGetter());
        DataViewRowId a = default, b = default;
        while (source.MoveNext())
        {
            Assert.IsTrue(cursor.MoveNext());
            Assert.AreEqual(source.Position, cursor.Position);
            id(ref a);
            sourceId(ref b);
            Assert.AreEqual(b, a);
        }
        Assert.IsFalse(cursor.MoveNext());
        Assert.AreEqual(-1, cursor.Position);
        Assert.IsFalse(cursor.MoveNext());
    }

    [TestMethod]
    public void A_prediction_engine_gives_the_scores_of_the_batch()
    {
        var rows = TinyData.Rows(10);
        using var model = _ml.Trainer(TinyData.Options with { ScoringBatchSize = 4 }).Fit(_ml.Keyed(rows));
        var expected = model.Scores(_ml.Keyed(rows));
        using var engine = _ml.Model.CreatePredictionEngine<TinyRow, MemoryTests.Prediction>(model, ignoreMissingColumns: true);
        for (var i = 0; i < rows.Length; i++)
        {
            var score = engine.Predict(rows[i]).Score;
            for (var c = 0; c < 3; c++)
                Assert.AreEqual(expected[i][c], score[c], 1e-6);
        }
    }

    [TestMethod]
    public void Eight_threads_transform_to_the_values_of_one()
    {
        var data = _ml.Keyed(TinyData.Rows(12));
        using var model = _ml.Trainer().Fit(data);
        var expected = model.Scores(data).SelectMany(score => score).ToArray();
        var all = new float[8][];
        var threads = Enumerable.Range(0, 8).Select(i => new Thread(() => all[i] = [.. model.Scores(data).SelectMany(score => score)])).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        foreach (var scores in all)
            CollectionAssert.AreEqual(expected, scores);
    }

    [TestMethod]
    public void Two_prediction_engines_on_two_threads_give_the_values_of_one()
    {
        var rows = TinyData.Rows(12);
        using var model = _ml.Trainer().Fit(_ml.Keyed(rows));
        var expected = Predictions();
        var all = new float[2][];
        var threads = Enumerable.Range(0, 2).Select(i => new Thread(() => all[i] = Predictions())).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        foreach (var scores in all)
            CollectionAssert.AreEqual(expected, scores);

        float[] Predictions()
        {
            // An engine that owns its model disposes it with itself, under the other one.
            var options = new PredictionEngineOptions { IgnoreMissingColumns = true, OwnsTransformer = false };
            using var engine = _ml.Model.CreatePredictionEngine<TinyRow, MemoryTests.Prediction>(model, options);
            return [.. Enumerable.Range(0, 120).SelectMany(i => engine.Predict(rows[i % rows.Length]).Score)];
        }
    }

    [TestMethod]
    public void Two_trainers_and_two_prunings_in_a_chain_do_not_confuse_each_other()
    {
        var data = _ml.Keyed(TinyData.Rows(6));
        var options = TinyData.Options with { ScoreColumnName = "Score2", PredictedLabelColumnName = "Predicted2", Seed = 2 };
        using var both = _ml.Trainer().Append(_ml.Trainer(options)).Fit(data);
        using var second = _ml.Trainer(options).Fit(data);
        CollectionAssert.AreEqual(second.Weights(), both.LastTransformer.Weights());
        Assert.AreNotEqual(both.Scores(data)[0][0], both.Scores(data, "Score2")[0][0]);

        // The last pruning of a column counts, and a column that was not pruned has no plan.
        using var pruned = _ml.Transforms.CopyColumns("Whole", "Video")
            .Append(_ml.Transforms.GardenerPrune(0.5, ReferenceData.Golden("tiny-a")))
            .Append(_ml.Transforms.GardenerPrune(0.25, ReferenceData.Golden("tiny-b-half")))
            .Append(_ml.Trainer(TinyData.Options with { NewModel = null }))
            .Append(_ml.Trainer(options with { VideoColumnName = "Whole" }))
            .Fit(Larger());
        var first = pruned.OfType<VideoClassifierTransformer>().First();
        Assert.AreEqual("tiny-b-half", first.PruningPlan!.Checkpoint);
        Assert.AreEqual(9, first.Model.Configuration.BlockCount);
        Assert.IsNull(pruned.LastTransformer.PruningPlan);
        Assert.AreEqual(2, pruned.LastTransformer.Model.Configuration.BlockCount);

        IDataView Larger()
        {
            var rows = new[] { "a", "b" }.Select(label => new MediumRow
            {
                Label = label,
                Video = VideoClip.FromFrames(new byte[4 * 48 * 48 * 3], 4, 48, 48),
            });
            var view = _ml.Data.LoadFromEnumerable(rows.ToArray());
            return _ml.Transforms.Conversion.MapValueToKey("Label").Fit(view).Transform(view);
        }
    }

    [TestMethod]
    public void A_checkpoint_named_twice_differently_is_an_error()
    {
        var data = _ml.Keyed(TinyData.Rows(3));
        var two = Assert.ThrowsExactly<InvalidOperationException>(() => _ml.Transforms.GardenerPrune(checkpoint: ReferenceData.Golden("tiny-a"))
            .Append(_ml.Trainer(TinyData.Options with { Checkpoint = ReferenceData.Golden("tiny-b-half") })).Fit(data));
        StringAssert.Contains(two.Message, "tiny-a");
        StringAssert.Contains(two.Message, "tiny-b-half");
    }

    internal sealed class ScoredRow
    {
        public int Number { get; set; }

        public string? Label { get; set; }

        public string Group { get; set; } = "";

        public float[] Vector { get; set; } = [];

        [VideoClipType(TinyData.Frames, TinyData.Side, TinyData.Side)]
        public VideoClip? Video { get; set; }

        public float[] Score { get; set; } = [];
    }

    internal sealed class MediumRow
    {
        [VideoClipType(4, 48, 48)]
        public VideoClip? Video { get; set; }

        public string Label { get; set; } = "";
    }
}
