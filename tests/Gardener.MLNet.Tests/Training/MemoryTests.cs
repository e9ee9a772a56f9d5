using GardenerML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Tests.Training;

/// <summary>Native tensors are counted: process memory tells too little.</summary>
[TestClass]
public sealed class MemoryTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Predictions_leave_no_tensor_behind()
    {
        var rows = TinyData.Rows(8);
        using var model = _ml.Trainer().Fit(_ml.Keyed(rows));
        using var engine = _ml.Model.CreatePredictionEngine<TinyRow, Prediction>(model, ignoreMissingColumns: true);
        Predict(10);
        var before = LiveTensors.Count;
        Predict(2000);
        for (var i = 0; i < 10; i++)
            model.Scores(_ml.Keyed(rows));
        Assert.AreEqual(before, LiveTensors.Count);

        void Predict(int count)
        {
            for (var i = 0; i < count; i++)
                engine.Predict(rows[i % rows.Length]);
        }
    }

    [TestMethod]
    public void Trained_and_loaded_models_are_freed_when_they_are_disposed()
    {
        var data = _ml.Keyed(TinyData.Rows(8));
        var options = TinyData.Options with { Epochs = 1, HeadDropout = 0.2, DropPath = 0.2, ValidationFraction = 0.3, KeepBestWeights = true, WeightAveraging = 0.5 };
        using var zip = new MemoryStream();
        using (var model = _ml.Trainer(options).Fit(data))
            _ml.Model.Save(model, data.Schema, zip);
        var before = LiveTensors.Count;
        for (var i = 0; i < 5; i++)
        {
            using var trained = _ml.Trainer(options).Fit(data);
            using var loaded = (IDisposable)_ml.Model.Load(zip, out _);
            ((ITransformer)loaded).Scores(data);
        }
        Assert.AreEqual(before, LiveTensors.Count);
    }

    [TestMethod]
    public void Two_thousand_steps_leave_as_many_tensors_as_three_and_little_more_memory_A4()
    {
        var data = _ml.Keyed(TinyData.Rows(8));
        var (live, managed, resident) = (new List<long>(), new List<long>(), new List<long>());
        var options = TinyData.Options with
        {
            Epochs = 1000,
            HeadDropout = 0.2,
            DropPath = 0.2,
            WeightAveraging = 0.9,
            GradientClipping = 1,
            MicroBatchSize = 3,
            RecomputeActivations = true,
            Augmentation = ClipAugmentation.VideoMae,
            Progress = new Immediately<TrainingProgress>(step =>
            {
                if (step.Step % 200 != 3)
                    return;
                live.Add(LiveTensors.Count);
                managed.Add(GC.GetTotalMemory(forceFullCollection: true));
                resident.Add(Environment.WorkingSet);
            }),
        };
        TinyData.TrainedWeights(options, data);
        Assert.HasCount(10, live);
        Assert.AreEqual(1, live.Distinct().Count(), string.Join(", ", live));
        Assert.IsLessThan(2 << 20, managed[^1] - managed[0]);
        // Allocators keep what they have had, so the first hundreds of steps do not count; 24 KB lost a step would be too much.
        Assert.IsLessThan(32 << 20, resident[^1] - resident[2], string.Join(", ", resident));
    }

    [TestMethod]
    public void A_cursor_that_is_left_early_leaves_no_tensor_behind()
    {
        var data = _ml.Keyed(TinyData.Rows(12));
        using var model = _ml.Trainer().Fit(data);
        model.Scores(data);
        var before = LiveTensors.Count;
        var view = model.Transform(data);
        using (var cursor = view.GetRowCursor(view.Schema))
            Assert.IsTrue(cursor.MoveNext() && cursor.MoveNext());
        Assert.AreEqual(before, LiveTensors.Count);
    }

    [TestMethod]
    public void A_model_outlives_the_dispose_scope_it_was_trained_in()
    {
        var data = _ml.Keyed(TinyData.Rows(6));
        VideoClassifierTransformer model;
        using (TorchSharp.torch.NewDisposeScope())
            model = _ml.Trainer().Fit(data);
        using (model)
            Assert.HasCount(6, model.Scores(data));
    }

    [TestMethod]
    public void Gradients_are_not_kept_after_training()
    {
        using var model = _ml.Trainer().Fit(_ml.Keyed(TinyData.Rows(6)));
        Assert.IsTrue(model.Model.parameters().All(parameter => parameter.grad is null));
    }

    [TestMethod]
    public void Every_use_after_dispose_is_an_ObjectDisposedException()
    {
        var rows = TinyData.Rows(6);
        var data = _ml.Keyed(rows);
        var model = _ml.Trainer().Fit(data);
        var view = model.Transform(data);
        using var engine = _ml.Model.CreatePredictionEngine<TinyRow, Prediction>(model, ignoreMissingColumns: true);
        model.Dispose();
        model.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => model.Transform(data));
        Assert.ThrowsExactly<ObjectDisposedException>(() => view.GetColumn<float[]>("Score").ToArray());
        Assert.ThrowsExactly<ObjectDisposedException>(() => engine.Predict(rows[0]));
        Assert.ThrowsExactly<ObjectDisposedException>(() => model.SaveCheckpoint(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"))));
        using var zip = new MemoryStream();
        Assert.ThrowsExactly<ObjectDisposedException>(() => _ml.Model.Save(model, data.Schema, zip));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Two_models_live_together_in_either_order_of_disposal(bool firstFirst)
    {
        var data = _ml.Keyed(TinyData.Rows(6));
        using var first = _ml.Trainer().Fit(data);
        using var second = _ml.Trainer(TinyData.Options with { Seed = 2 }).Fit(data);
        var (stays, goes) = firstFirst ? (second, first) : (first, second);
        var scores = stays.Scores(data);
        goes.Dispose();
        var again = stays.Scores(data);
        for (var i = 0; i < scores.Length; i++)
            CollectionAssert.AreEqual(scores[i], again[i]);
    }

    internal sealed class Prediction
    {
        public float[] Score { get; set; } = [];
    }
}
