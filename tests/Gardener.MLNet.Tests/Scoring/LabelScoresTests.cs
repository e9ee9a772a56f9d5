using GardenerML.Tests.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Tests.Scoring;

[TestClass]
public sealed class LabelScoresTests
{
    private static readonly string[] Names = ["red", "green", "blue"];
    private static readonly Row[] Rows =
    [
        new() { Label = "red", Logits = [2, 1, 0] }, new() { Label = "green", Logits = [0, 1, 0.5f] }, new() { Label = "red", Logits = [0, 1, 3] },
    ];

    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void The_highest_score_names_the_class_also_after_loading()
    {
        var data = _ml.Data.LoadFromEnumerable(Rows);
        using var zip = new MemoryStream();
        _ml.Model.Save(_ml.Transforms.LabelScores(Names, "Predicted", "Logits").Fit(data), data.Schema, zip);
        zip.Position = 0;
        var labelled = new MLContext().Model.Load(zip, out _).Transform(data);
        CollectionAssert.AreEqual(new uint[] { 1, 2, 3 }, labelled.GetColumn<uint>("Predicted").ToArray());
        var texts = _ml.Transforms.Conversion.MapKeyToValue("Predicted").Fit(labelled).Transform(labelled);
        CollectionAssert.AreEqual(Names, texts.GetColumn<string>("Predicted").ToArray());
        CollectionAssert.AreEqual(Rows[1].Logits, labelled.GetColumn<float[]>("Logits").ElementAt(1));
    }

    [TestMethod]
    public void ML_NET_s_evaluator_takes_the_columns()
    {
        var data = _ml.Data.LoadFromEnumerable(Rows);
        var keys = _ml.Data.LoadFromEnumerable(Names.Select(name => new Key { Name = name }));
        var labelled = _ml.Transforms.Conversion.MapValueToKey("Label", keyData: keys)
            .Append(_ml.Transforms.LabelScores(Names, scoreColumnName: "Logits")).Fit(data).Transform(data);
        var metrics = _ml.MulticlassClassification.Evaluate(labelled, scoreColumnName: "Logits");
        Assert.AreEqual(2 / 3.0, metrics.MicroAccuracy, 1e-9);
    }

    [TestMethod]
    public void Scores_of_another_number_or_type_are_refused()
    {
        var data = _ml.Data.LoadFromEnumerable(Rows);
        foreach (var (estimator, part) in ((IEstimator<ITransformer>, string)[])[
            (_ml.Transforms.LabelScores(["a", "b"], scoreColumnName: "Logits"), "2 scores"),
            (_ml.Transforms.LabelScores(Names, scoreColumnName: "Label"), "Label"),
            (_ml.Transforms.LabelScores(Names, scoreColumnName: "None"), "None")])
        {
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => estimator.Fit(data)).Message, part);
        }
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => _ml.Transforms.LabelScores(Names, scoreColumnName: "Label").GetOutputSchema(TinyData.Shape(data.Schema)));
        Assert.ThrowsExactly<ArgumentException>(() => _ml.Transforms.LabelScores((string[])[]));

        var loose = _ml.Data.LoadFromEnumerable<Loose>([new() { Logits = [1, 2] }]);
        var labelled = _ml.Transforms.LabelScores(Names, scoreColumnName: "Logits").Fit(loose).Transform(loose);
        // ML.NET may read rows on threads of its own and wrap what happens there.
        var error = Assert.Throws<Exception>(() => labelled.GetColumn<uint>("PredictedLabel").ToArray());
        StringAssert.Contains(error.GetBaseException().Message, "Row 0 has 2 values");
    }

    private sealed class Row
    {
        public string Label { get; set; } = "";

        [VectorType(3)]
        public float[] Logits { get; set; } = [];
    }

    private sealed class Loose
    {
        public float[] Logits { get; set; } = [];
    }

    private sealed class Key
    {
        public string Name { get; set; } = "";
    }
}
