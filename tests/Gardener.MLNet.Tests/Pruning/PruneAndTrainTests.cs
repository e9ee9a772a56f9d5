using GardenerML.Checkpoints;
using GardenerML.Pruning;
using GardenerML.Tests.Checkpoints;
using GardenerML.Tests.Sensitivity;
using GardenerML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Tests.Pruning;

/// <summary>Plans on their way to the trainer.</summary>
[TestClass]
public sealed class PruneAndTrainTests
{
    private static MotionSet? _set;

    private static MotionSet Set => _set!;

    [ClassInitialize]
    public static void MakeVideos(TestContext _) => _set = new MotionSet();

    [ClassCleanup]
    public static void DeleteVideos() => _set?.Dispose();

    [TestMethod]
    public void A_plan_that_removes_nothing_changes_nothing()
    {
        var checkpoint = Set.Checkpoint("identity.safetensors");
        using var whole = Set.Context.MulticlassClassification.Trainers.VideoClassifier(Recipe with { Checkpoint = checkpoint }).Fit(Set.Training);
        using var pruned = Set.Context.Transforms.GardenerPrune(0, checkpoint)
            .Append(Set.Context.MulticlassClassification.Trainers.VideoClassifier(Recipe))
            .Fit(Set.Training);
        Assert.IsEmpty(pruned.LastTransformer.PruningPlan!.Removed);
        var expected = Scores(whole.Transform(Set.Test));
        var actual = Scores(pruned.Transform(Set.Test));
        for (var row = 0; row < expected.Length; row++)
            CollectionAssert.AreEqual(expected[row], actual[row]);
    }

    [TestMethod]
    public void The_trained_model_has_the_parameters_and_operations_of_the_plan_also_for_clips_of_another_size()
    {
        // The golden checkpoint is for 8 frames of 32 pixels, the clips have 4; its head of 5 classes becomes one of 8.
        using var model = Gardener.Prune(ratio: 0.5, checkpoint: ReferenceData.Golden("tiny-a"), mlContext: Set.Context)
            .Append(Gardener.VideoClassifier(Recipe, Set.Context))
            .Fit(Set.Training);
        var plan = model.LastTransformer.PruningPlan!;
        var cost = model.LastTransformer.Cost;
        Assert.AreEqual(cost.Parameters, plan.Parameters + (3 * (48 + 1)));
        Assert.AreEqual(cost.GigaFlops - (3 * 48 / 1e9), plan.GigaFlops!.Value, 1e-12);
        Assert.AreEqual(4, model.LastTransformer.Model.Configuration.FrameCount);
    }

    [TestMethod]
    public void A_checkpoint_that_was_replaced_after_it_was_planned_for_is_refused_by_the_trainer()
    {
        var checkpoint = Set.Checkpoint("replaced.safetensors");
        var planned = Set.Context.Transforms.GardenerPrune(0.3, checkpoint).Fit(Set.Training);
        var data = planned.Transform(Set.Training);
        VideoMaeCheckpointWriter.Save(checkpoint, TinyModel.Content(seed: 9), CheckpointLayout.SingleFile);
        var error = Assert.ThrowsExactly<CheckpointException>(
            () => Set.Context.MulticlassClassification.Trainers.VideoClassifier(Recipe).Fit(data));
        StringAssert.Contains(error.Message, planned.Plan.CheckpointHash);
        StringAssert.Contains(error.Message, "replaced.safetensors");
    }

    [TestMethod]
    public void A_saved_plan_in_a_pipeline_is_applied_as_it_is()
    {
        var checkpoint = Set.Checkpoint("given.safetensors");
        var plan = Gardener.PlanPruning(new PruningOptions { Checkpoint = checkpoint, Target = PruningTarget.Blocks(0) });
        var options =
            new PruningOptions { Checkpoint = checkpoint, Plan = PruningPlan.FromJson(plan.ToJson()), Ratio = 0.9 };
        var fitted = Gardener.Prune(options, Set.Context).Fit(Set.Training);
        CollectionAssert.AreEqual(new[] { 1, 2 }, fitted.Plan.Kept.ToArray());
        Assert.AreEqual(checkpoint, fitted.Plan.CheckpointPath);
        Assert.ThrowsExactly<CheckpointException>(
            () => Gardener.Prune(options with { Checkpoint = ReferenceData.Golden("tiny-a") }, Set.Context).Fit(Set.Training));
    }

    [TestMethod]
    public void A_pattern_of_other_transformers_is_refused_in_a_pipeline() =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => Gardener.Prune(new PruningOptions { Checkpoint = "x", BlockPattern = "blocks.{i}." }, Set.Context));

    private static VideoClassifierOptions Recipe { get; } = new() { Epochs = 1, BatchSize = 8, Seed = 1, Device = ComputeDevice.Cpu };

    private static float[][] Scores(IDataView data) =>
        [.. data.GetColumn<VBuffer<float>>("Score").Select(scores => scores.DenseValues().ToArray())];
}
