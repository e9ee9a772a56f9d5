using CsCheck;
using GardenerML.Evaluation;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Tests.Evaluation;

[TestClass]
public sealed class ScoredDataTests
{
    private static readonly string[] Names = ["cat", "dog", "eel", "fox", "gnu", "hen"];
    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void Metrics_are_those_counted_by_hand()
    {
        var metrics = Evaluate(
            Scored("cat", 0.7f, 0.2f, 0.1f),
            Scored("cat", 0.1f, 0.6f, 0.3f),
            Scored("cat", 0.5f, 0.1f, 0.4f),
            Scored("dog", 0.2f, 0.5f, 0.3f),
            Scored("dog", 0f, 0.4f, 0.6f));
        Assert.AreEqual(5, metrics.ClipCount);
        Assert.AreEqual(3 / 5.0, metrics.Accuracy);
        Assert.AreEqual(metrics.Accuracy, metrics.War);
        Assert.AreEqual((2 / 3.0 + 1 / 2.0) / 2, metrics.Uar, 1e-12);
        Assert.AreEqual(4 / 5.0, metrics.TopKAccuracy(2));
        Assert.AreEqual(1, metrics.TopKAccuracy(3));
        Assert.AreEqual(1, metrics.Top5Accuracy);
        Assert.AreEqual(-(Math.Log(0.7) + Math.Log(0.1) + Math.Log(0.5) + Math.Log(0.5) + Math.Log(0.4)) / 5, metrics.LogLoss, 1e-7);
        CollectionAssert.AreEqual(new[] { "cat", "dog", "eel" }, metrics.ClassNames.ToArray());
        CollectionAssert.AreEqual(new[] { 2 / 3.0, 1 / 2.0, double.NaN }, metrics.PerClassRecall.ToArray());
        CollectionAssert.AreEqual(new long[] { 2, 1, 0, 0, 1, 1, 0, 0, 0 }, metrics.ConfusionMatrix.SelectMany(row => row).ToArray());
        Assert.IsNull(metrics.Views);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => metrics.TopKAccuracy(0));
    }

    [TestMethod]
    public void Of_equal_scores_the_class_of_the_lower_number_counts_as_the_higher()
    {
        var metrics = Evaluate(Scored("dog", 0.4f, 0.4f, 0.2f), Scored("cat", 0.4f, 0.4f, 0.2f), Scored("eel", 0.4f, 0.2f, 0.4f));
        Assert.AreEqual(1 / 3.0, metrics.Accuracy);
        Assert.AreEqual(1, metrics.TopKAccuracy(2));
        CollectionAssert.AreEqual(new long[] { 1, 0, 0, 1, 0, 0, 1, 0, 0 }, metrics.ConfusionMatrix.SelectMany(row => row).ToArray());
    }

    [TestMethod]
    public void A_probability_of_zero_costs_no_more_than_its_bound()
    {
        Assert.AreEqual(-Math.Log(1e-15f), Evaluate(Scored("cat", 0, 1, 0)).LogLoss, 1e-12);
        Assert.AreEqual(0, Evaluate(Scored("cat", 7, 1, 0)).LogLoss);
    }

    [TestMethod]
    public void All_agree_with_the_evaluator_of_ML_NET() =>
        // Few distinct values, so that there are ties, zeros, and classes that do not occur.
        Gen.Select(Gen.Int[2, 6], Gen.Int[0, 5], Gen.Int[0, 4].Array[6]).Array[1, 40].Sample(drawn =>
        {
            var classes = drawn[0].Item1;
            var rows = drawn.Select(row => Scored(Names[row.Item2 % classes], Normalised(row.Item3[..classes]))).ToArray();
            var data = View(rows);
            var ours = _ml.MulticlassClassification.EvaluateVideo(data);
            for (var k = 1; k <= classes; k++)
            {
                var theirs = _ml.MulticlassClassification.Evaluate(data, topKPredictionCount: k);
                Assert.AreEqual(theirs.MicroAccuracy, ours.Accuracy, 1e-12);
                Assert.AreEqual(theirs.MacroAccuracy, ours.Uar, 1e-12);
                Assert.AreEqual(theirs.LogLoss, ours.LogLoss, 1e-12);
                Assert.AreEqual(theirs.TopKAccuracy, ours.TopKAccuracy(k), 1e-12);
                CollectionAssert.AreEqual(
                    theirs.ConfusionMatrix.Counts.SelectMany(row => row).ToArray(),
                    ours.ConfusionMatrix.SelectMany(row => row).Select(count => (double)count).ToArray());
            }
        }, iter: 40);

    [TestMethod]
    public void The_scores_of_ML_NETs_own_trainers_are_evaluated_too()
    {
        var data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 60).Select(i => new Features
        {
            Label = Names[i % 3],
            Values = [i % 3 + i % 5 * 0.3f, i % 7, 1 - i % 3],
        }));
        var scored = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.MulticlassClassification.Trainers.SdcaMaximumEntropy("Label", "Values", maximumNumberOfIterations: 5))
            .Fit(data).Transform(data);
        var (ours, theirs) = (_ml.MulticlassClassification.EvaluateVideo(scored), _ml.MulticlassClassification.Evaluate(scored));
        Assert.AreEqual(theirs.MacroAccuracy, ours.Uar, 1e-12);
        Assert.AreEqual(theirs.LogLoss, ours.LogLoss, 1e-12);
    }

    [TestMethod]
    public void Rows_are_read_once()
    {
        var reads = 0;
        var data = _ml.Data.LoadFromEnumerable(Rows(), SchemaOf(3));
        var metrics = _ml.MulticlassClassification.EvaluateVideo(Keyed(data, 3));
        Assert.AreEqual(1000, metrics.ClipCount);
        Assert.AreEqual(1000, reads);

        IEnumerable<ScoredRow> Rows()
        {
            for (var i = 0; i < 1000; i++)
            {
                reads++;
                yield return Scored(Names[i % 3], 0.5f, 0.3f, 0.2f);
            }
        }
    }

    [TestMethod]
    public void Rows_without_a_label_are_refused_or_left_out_and_counted()
    {
        var data = View(Scored("cat", 0.7f, 0.2f, 0.1f), Scored("bug", 0.7f, 0.2f, 0.1f), Scored("dog", 0.7f, 0.2f, 0.1f));
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => _ml.MulticlassClassification.EvaluateVideo(data));
        foreach (var part in new[] { "1 rows", "'Label'", "row 1", "SkipMissingLabels" })
            StringAssert.Contains(error.Message, part);
        var metrics = _ml.MulticlassClassification.EvaluateVideo(data, skipMissingLabels: true);
        Assert.AreEqual((2L, 1L), (metrics.ClipCount, metrics.UnlabelledCount));
        StringAssert.Contains(metrics.ToString(), "no label");
        var none = View(Scored("bug", 0.7f, 0.2f, 0.1f));
        Assert.ThrowsExactly<InvalidOperationException>(() => _ml.MulticlassClassification.EvaluateVideo(none, skipMissingLabels: true));
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    public void A_score_that_is_no_number_is_refused_with_its_row(float score)
    {
        var data = View(Scored("cat", 0.7f, 0.2f, 0.1f), Scored("cat", 0.5f, score, 0.1f));
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => _ml.MulticlassClassification.EvaluateVideo(data)).Message, "Row 1 ");
    }

    [TestMethod]
    public void Columns_that_do_not_fit_are_named()
    {
        var data = View(Scored("cat", 0.7f, 0.2f, 0.1f));
        Refused<ArgumentOutOfRangeException>(data, "Class", "Score", "Class");
        Refused<ArgumentOutOfRangeException>(data, "Label", "Scores", "Scores");
        Refused<ArgumentOutOfRangeException>(data, "Score", "Score", "key");
        Refused<ArgumentOutOfRangeException>(data, "Label", "PredictedLabel", "vector of Single");
        // Four keys, three scores.
        Refused<InvalidOperationException>(Keyed(_ml.Data.LoadFromEnumerable([Scored("cat", 1, 0, 0)], SchemaOf(3)), 4), "Label", "Score", "4");
        // The keys' values in another order than the names of the scores.
        var named = _ml.Transforms.Concatenate("Score", "cat", "eel", "dog").Fit(Single()).Transform(Single());
        Refused<InvalidOperationException>(Keyed(named, 3), "Label", "Score", "'dog'");
        Refused<InvalidOperationException>(Keyed(named, 3), "Label", "Score", "'eel'");

        IDataView Single() => _ml.Data.LoadFromEnumerable([new NamedScores { Label = "cat", Cat = 1 }]);

        void Refused<T>(IDataView view, string label, string score, string part) where T : Exception =>
            StringAssert.Contains(Assert.ThrowsExactly<T>(() => _ml.MulticlassClassification.EvaluateVideo(view, label, score)).Message, part);
    }

    [TestMethod]
    public void The_table_says_what_a_class_is_taken_for()
    {
        var text = Evaluate(
            Scored("cat", 0.7f, 0.2f, 0.1f), Scored("cat", 0.1f, 0.6f, 0.3f), Scored("dog", 0.1f, 0.6f, 0.3f)).ToString();
        var lines = text.Split('\n', StringSplitOptions.TrimEntries);
        CollectionAssert.Contains(lines, "Accuracy (top-1, WAR)    0.6667");
        CollectionAssert.Contains(lines, "Mean class recall (UAR)  0.7500");
        CollectionAssert.Contains(lines, "cat         2  0.5000  dog (1)");
        CollectionAssert.Contains(lines, "dog         1  1.0000");
        CollectionAssert.Contains(lines, "eel         0       -");
    }

    private static float[] Normalised(int[] weights)
    {
        var sum = weights.Sum();
        return sum == 0 ? [.. weights.Select(_ => 1f / weights.Length)] : [.. weights.Select(weight => weight / (float)sum)];
    }

    private VideoClassificationMetrics Evaluate(params ScoredRow[] rows) => _ml.MulticlassClassification.EvaluateVideo(View(rows));

    private IDataView View(params ScoredRow[] rows) =>
        Keyed(_ml.Data.LoadFromEnumerable(rows, SchemaOf(rows[0].Score.Length)), rows[0].Score.Length);

    private IDataView Keyed(IDataView data, int classes)
    {
        var keys = _ml.Data.LoadFromEnumerable(Names[..classes].Select(name => new KeyRow { Key = name }).ToArray());
        var view = _ml.Transforms.Conversion.MapValueToKey("Label", keyData: keys).Fit(data).Transform(data);
        return view.Schema.GetColumnOrNull("PredictedLabel") is null
            ? view
            : _ml.Transforms.Conversion.MapValueToKey("PredictedLabel", keyData: keys).Fit(view).Transform(view);
    }

    private static SchemaDefinition SchemaOf(int classes)
    {
        var schema = SchemaDefinition.Create(typeof(ScoredRow));
        schema["Score"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, classes);
        return schema;
    }

    private static ScoredRow Scored(string label, params float[] scores) =>
        new() { Label = label, Score = scores, PredictedLabel = Names[Array.IndexOf(scores, scores.Max())] };

    private sealed class ScoredRow
    {
        public string Label { get; set; } = "";

        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];
    }

    private sealed class KeyRow
    {
        public string Key { get; set; } = "";
    }

    private sealed class NamedScores
    {
        public string Label { get; set; } = "";

        [ColumnName("cat")]
        public float Cat { get; set; }

        [ColumnName("dog")]
        public float Dog { get; set; }

        [ColumnName("eel")]
        public float Eel { get; set; }
    }

    private sealed class Features
    {
        public string Label { get; set; } = "";

        [VectorType(3)]
        public float[] Values { get; set; } = [];
    }
}
