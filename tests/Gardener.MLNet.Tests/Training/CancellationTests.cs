using GardenerML.Training;
using Microsoft.ML;

namespace GardenerML.Tests.Training;

[TestClass]
public sealed class CancellationTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Training_stops_within_a_step_and_leaks_nothing()
    {
        var data = _ml.Keyed(TinyData.Rows(24));
        TinyData.TrainedWeights(TinyData.Options, data);
        var before = LiveTensors.Count;
        using var source = new CancellationTokenSource();
        var last = 0;
        var options = TinyData.Options with
        {
            Epochs = 50,
            Cancellation = source.Token,
            Progress = new Immediately<TrainingProgress>(step =>
            {
                last = step.Step;
                if (step.Step == 9)
                    source.Cancel();
            }),
        };
        var error = Assert.Throws<OperationCanceledException>(() => _ml.Trainer(options).Fit(data));
        Assert.AreEqual(source.Token, error.CancellationToken);
        Assert.IsLessThanOrEqualTo(10, last);
        Assert.AreEqual(before, LiveTensors.Count);
    }

    [TestMethod]
    public void Decoding_that_nobody_waits_for_any_more_stops_too()
    {
        using var source = new CancellationTokenSource();
        var clips = new CountedClips { OnDecode = source.Cancel };
        Assert.Throws<OperationCanceledException>(
            () => _ml.Trainer(TinyData.Options with { Cancellation = source.Token, DecodingThreads = 1 }).Fit(_ml.Keyed(clips.Rows(60))));
        Assert.IsLessThanOrEqualTo(2, clips.Decodes);
    }

    [TestMethod]
    public void A_token_that_is_cancelled_already_stops_before_anything_is_decoded()
    {
        var clips = new CountedClips();
        var options = TinyData.Options with { Cancellation = new CancellationToken(true) };
        Assert.Throws<OperationCanceledException>(() => _ml.Trainer(options).Fit(_ml.Keyed(clips.Rows(4))));
        Assert.AreEqual(0, clips.Decodes);
    }

    [TestMethod]
    public void Validation_is_cancelled_too()
    {
        using var source = new CancellationTokenSource();
        var validation = new CountedClips { OnDecode = source.Cancel };
        var options = TinyData.Options with { Cancellation = source.Token, ValidationSet = _ml.Keyed(validation.Rows(60)), DecodingThreads = 1 };
        Assert.Throws<OperationCanceledException>(() => _ml.Trainer(options).Fit(_ml.Keyed(TinyData.Rows(4))));
        Assert.IsLessThanOrEqualTo(2, validation.Decodes);
    }

    [TestMethod]
    public void A_failing_callback_ends_training_with_its_own_exception_and_leaks_nothing()
    {
        var data = _ml.Keyed(TinyData.Rows(8));
        TinyData.TrainedWeights(TinyData.Options, data);
        var before = LiveTensors.Count;
        var options = TinyData.Options with { MetricsCallback = _ => throw new FormatException("mine") };
        Assert.AreEqual("mine", Assert.ThrowsExactly<FormatException>(() => _ml.Trainer(options).Fit(data)).Message);
        Assert.AreEqual(before, LiveTensors.Count);
    }
}
