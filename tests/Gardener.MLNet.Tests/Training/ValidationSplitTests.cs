using CsCheck;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;

namespace GardenerML.Tests.Training;

[TestClass]
public sealed class ValidationSplitTests
{
    private static readonly VideoClip Clip = TinyData.Rows(1)[0].Video!;

    [TestMethod]
    public void No_group_is_on_two_sides_no_row_is_lost_and_no_label_loses_its_last_clip()
    {
        var rows = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 8]).List[1, 60];
        Gen.Select(rows, Gen.Double[0.01, 0.9], Gen.Int).Sample((rows, fraction, seed) =>
        {
            var clips = rows.Select(row => new LabelledClip(VideoClip.FromFrames(new byte[3], 1, 1, 1), row.Item1)).ToList();
            var groups = rows.Select(row => $"g{row.Item2}").ToList();
            var (training, validation) = ValidationSplit.Split(clips, groups, fraction, seed);
            CollectionAssert.AreEquivalent(clips, training.Concat(validation).ToList());
            var side = clips.Zip(groups).GroupBy(pair => pair.Second, pair => validation.Contains(pair.First));
            Assert.IsTrue(side.All(group => group.Distinct().Count() == 1));
            CollectionAssert.AreEquivalent(
                clips.Select(clip => clip.Label).Distinct().ToArray(), training.Select(clip => clip.Label).Distinct().ToArray());
        }, iter: 300);
    }

    [TestMethod]
    public void Each_label_gives_up_its_share()
    {
        var clips = Enumerable.Range(0, 90).Select(i => new LabelledClip(VideoClip.FromFrames(new byte[3], 1, 1, 1), i % 3)).ToList();
        var (_, validation) = ValidationSplit.Split(clips, [], 0.2, 1);
        Assert.IsTrue(validation.CountBy(clip => clip.Label).All(label => label.Value == 6));
        CollectionAssert.AreNotEqual(validation, ValidationSplit.Split(clips, [], 0.2, 2).Validation);
        CollectionAssert.AreEqual(validation, ValidationSplit.Split(clips, [], 0.2, 1).Validation);
    }

    [TestMethod]
    public void A_group_larger_than_the_share_stays_for_training()
    {
        var clips = Enumerable.Range(0, 100).Select(_ => new LabelledClip(VideoClip.FromFrames(new byte[3], 1, 1, 1), 0)).ToList();
        var groups = clips.Select((_, i) => i < 90 ? "large" : "small").ToList();
        for (var seed = 0; seed < 6; seed++)
            Assert.HasCount(10, ValidationSplit.Split(clips, groups, 0.1, seed).Validation);
    }

    [TestMethod]
    public void A_small_share_of_few_clips_still_holds_one_out()
    {
        var clips = Enumerable.Repeat(new LabelledClip(Clip, 0), 4).ToList();
        Assert.HasCount(1, ValidationSplit.Split(clips, [], 0.1, 1).Validation);
    }

    [TestMethod]
    public void Groups_with_clips_of_all_labels_are_held_out_whole()
    {
        var ml = new MLContext(1);
        var metrics = new List<EpochMetrics>();
        var options = TinyData.Options with { ValidationFraction = 0.25, GroupColumnName = "Group", MetricsCallback = metrics.Add };
        TinyData.TrainedWeights(options, ml.Keyed(TinyData.Rows(24)));
        // Four groups of two clips a label.
        Assert.AreEqual(6, metrics[0].Validation!.ClipCount);
    }

    [TestMethod]
    public void A_split_that_is_not_possible_is_told()
    {
        var ml = new MLContext(1);
        var messages = new List<string>();
        ml.Log += (_, entry) => messages.Add($"{entry.Kind}: {entry.RawMessage}");
        var rows = TinyData.Rows(9);
        Array.ForEach(rows, row => row.Group = "one");
        TinyData.TrainedWeights(TinyData.Options with { ValidationFraction = 0.5, GroupColumnName = "Group" }, ml.Keyed(rows), ml);
        Assert.IsTrue(messages.Exists(m => m.StartsWith("Warning: ValidationFraction is 0.5", StringComparison.Ordinal)));
    }
}
