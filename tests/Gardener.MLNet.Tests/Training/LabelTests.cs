using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Tests.Training;

[TestClass]
public sealed class LabelTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void A_missing_label_is_refused_with_column_count_and_first_row_before_anything_is_decoded()
    {
        var clips = new CountedClips();
        var rows = clips.Rows(9);
        rows[4].Label = null;
        rows[7].Label = "never seen";
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => _ml.Trainer().Fit(_ml.Keyed(rows)));
        foreach (var part in new[] { "2 of 9 rows", "'Label'", "row 4", "SkipMissingLabels" })
            StringAssert.Contains(error.Message, part);
        Assert.AreEqual(0, clips.Decodes);
    }

    [TestMethod]
    public void Missing_labels_can_be_left_out_and_are_counted()
    {
        var rows = TinyData.Rows(9);
        rows[4].Label = null;
        var messages = new List<string>();
        _ml.Log += (_, entry) => messages.Add($"{entry.Kind}: {entry.RawMessage}");
        var options = TinyData.Options with { SkipMissingLabels = true };
        var weights = TinyData.TrainedWeights(options, _ml.Keyed(rows), _ml);
        Assert.IsTrue(messages.Exists(m => m.StartsWith("Warning: 1 rows", StringComparison.Ordinal) && m.Contains("row 4", StringComparison.Ordinal)));
        CollectionAssert.AreEqual(weights, TinyData.TrainedWeights(options, _ml.Keyed([.. rows.Where(row => row.Label is not null)])));

        var none = TinyData.Rows(3);
        Array.ForEach(none, row => row.Label = null);
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => _ml.Trainer(options).Fit(_ml.Keyed(none)));
        StringAssert.Contains(error.Message, "all 3");
    }

    [TestMethod]
    public void No_rows_are_an_error_that_says_whether_training_or_validation_lacks_them()
    {
        var data = _ml.Keyed(TinyData.Rows(3));

        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Trainer().Fit(_ml.Data.LoadFromEnumerable<TinyRow>([]))).Message, "Label");
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => _ml.Trainer().Fit(_ml.Keyed())).Message, "no row for training");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(
            () => _ml.Trainer(TinyData.Options with { ValidationSet = _ml.Keyed() }).Fit(data)).Message, "no row for validation");
    }

    [TestMethod]
    public void One_class_is_refused_with_the_label_column_before_anything_is_decoded()
    {
        var clips = new CountedClips();
        var rows = clips.Rows(4);
        Array.ForEach(rows, row => row.Label = "red");
        var only = _ml.View(rows);
        var data = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(only).Transform(only);
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => _ml.Trainer().Fit(data));
        StringAssert.Contains(error.Message, "label column 'Label' has 1 value, one a class; a classifier needs at least 2");
        Assert.AreEqual(0, clips.Decodes);
    }

    [TestMethod]
    public void Classes_are_those_of_the_key_type_though_one_does_not_occur()
    {
        // "green", the one in the middle, is absent.
        var data = _ml.Keyed([.. TinyData.Rows(12).Where(row => row.Label != "green")]);
        using var model = _ml.Trainer().Fit(data);
        Assert.HasCount(3, model.Scores(data)[0]);
        CollectionAssert.AreEqual(TinyData.Colours, model.ClassNames.ToArray());
        var metrics = _ml.MulticlassClassification.Evaluate(model.Transform(_ml.Keyed(TinyData.Rows(9))));
        Assert.AreEqual(3, metrics.ConfusionMatrix.NumberOfClasses);
        Assert.IsTrue(double.IsFinite(metrics.LogLoss));
    }

    [TestMethod]
    public void Keys_of_numbers_keep_their_values_in_the_predicted_label()
    {
        var numbered = _ml.Transforms.Conversion.MapValueToKey("Key", "Number").Fit(_ml.View(TinyData.Rows(4))).Transform(_ml.View(TinyData.Rows(4)));
        using var model = _ml.Trainer(TinyData.Options with { LabelColumnName = "Key" }).Fit(numbered);
        var back = _ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(model.Transform(numbered)).Transform(model.Transform(numbered));
        Assert.AreEqual(NumberDataViewType.Int32, back.Schema["PredictedLabel"].Type);
        Assert.IsTrue(back.GetColumn<int>("PredictedLabel").All(number => number is >= 0 and < 4));
        CollectionAssert.AreEqual(new[] { "0", "1", "2", "3" }, model.ClassNames.ToArray());
    }

    [TestMethod]
    public void A_validation_set_with_other_keys_is_refused()
    {
        var rows = TinyData.Rows(6);
        // Fitted anew on rows in another order: the same names under other numbers.
        var view = _ml.View([.. rows.Reverse()]);
        var other = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(view).Transform(view);
        var error = Assert.ThrowsExactly<InvalidOperationException>(
            () => _ml.Trainer(TinyData.Options with { ValidationSet = other }).Fit(_ml.Keyed(rows)));
        StringAssert.Contains(error.Message, "other keys");
        StringAssert.Contains(error.Message, "MapValueToKey");
    }

    [TestMethod]
    public void A_clip_that_is_not_what_its_column_says_is_refused_not_trained_on()
    {
        var rows = TinyData.Rows(6);
        rows[2].Video = GardenerML.Video.VideoClip.FromFrames(new byte[2 * 8 * 8 * 3], 2, 8, 8);
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => _ml.Trainer().Fit(_ml.Keyed(rows)));
        foreach (var part in new[] { "row 2", "2 frames of 8 x 8", "4 frames of 16 x 16" })
            StringAssert.Contains(error.Message, part);
        using var model = _ml.Trainer().Fit(_ml.Keyed(TinyData.Rows(6)));
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => model.Scores(_ml.Keyed(rows))).Message, "row 2");
        rows[2].Video = null;
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => _ml.Trainer().Fit(_ml.Keyed(rows))).Message, "Row 2 has no clip");
    }
}
