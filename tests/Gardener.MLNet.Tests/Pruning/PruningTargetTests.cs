using CsCheck;
using GardenerML.Checkpoints;
using GardenerML.Pruning;
using GardenerML.Tests.Checkpoints;
using GardenerML.VideoMae;

namespace GardenerML.Tests.Pruning;

/// <summary>How much is removed, and which blocks, for targets of every kind.</summary>
[TestClass]
public sealed class PruningTargetTests
{
    private static readonly VideoMaeConfiguration Twelve = TinyModel.Configuration with { BlockCount = 12 };

    [TestMethod]
    [DataRow(0.0, 12, 0)]
    [DataRow(0.04, 12, 0)]
    [DataRow(0.125, 12, 2, DisplayName = "1.5 blocks are 2")]
    [DataRow(0.29, 50, 15, DisplayName = "14.5 blocks are 15, though 0.29 * 50 is below 14.5 in binary")]
    [DataRow(0.25, 12, 3)]
    [DataRow(0.99, 12, 11)]
    [DataRow(0.99, 1, 0)]
    public void A_ratio_removes_the_rounded_share_and_leaves_a_block(double ratio, int blocks, int removed)
    {
        var plan = Plan(PruningTarget.Ratio(ratio), [.. Enumerable.Range(0, blocks).Select(block => (double)block)], [], 1);
        CollectionAssert.AreEqual(Enumerable.Range(0, removed).ToArray(), plan.Removed.ToArray());
    }

    [TestMethod]
    [DataRow(1.0)]
    [DataRow(-0.01)]
    [DataRow(double.NaN)]
    public void A_ratio_outside_zero_to_one_is_refused(double ratio)
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PruningTarget.Ratio(ratio));
        StringAssert.Contains(error.Message, "[0, 1)");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Gardener.PlanPruning(new PruningOptions { Ratio = ratio }));
    }

    [TestMethod]
    public void Plans_split_the_blocks_follow_the_order_and_keep_what_must_stay()
    {
        var cases =
            from values in Gen.Double[0, 1].Array[2, 24]
            from protectedBlocks in Gen.Int[0, values.Length - 1].HashSet[0, values.Length - 1]
            from minimum in Gen.Int[1, values.Length]
            from kind in Gen.Int[0, 5]
            from share in Gen.Double[0, 0.999]
            select (values, protectedBlocks, minimum, kind, share);
        cases.Sample(
            (values, protectedBlocks, minimum, kind, share) =>
            {
                var most = Math.Min(values.Length - protectedBlocks.Count, values.Length - minimum);
                var (target, cost, budget) = Draw(kind, share, values.Length, most);
                var plan = Plan(target, values, [.. protectedBlocks], minimum);

                CollectionAssert.AreEqual(
                    Enumerable.Range(0, values.Length).ToArray(), plan.Removed.Concat(plan.Kept).Order().ToArray());
                Assert.IsGreaterThanOrEqualTo(minimum, plan.Kept.Count);
                Assert.IsFalse(plan.Removed.Any(protectedBlocks.Contains));
                var order = plan.RemovalOrder.Where(block => !protectedBlocks.Contains(block)).Take(plan.Removed.Count);
                CollectionAssert.AreEqual(order.Order().ToArray(), plan.Removed.ToArray());
                Assert.IsLessThanOrEqualTo(budget, cost(plan.Kept.Count));
                if (kind >= 2 && plan.Removed.Count > 0)
                    Assert.IsGreaterThan(budget, cost(plan.Kept.Count + 1), "one block less would have been enough");
            },
            iter: 300);
    }

    [TestMethod]
    public void The_model_of_every_legal_plan_has_the_parameters_that_the_plan_predicts()
    {
        using var checkpoint = VideoMaeCheckpoint.Open(ReferenceData.Golden("tiny-b-half"));
        var subject = PlanSubject.Of(checkpoint, null);
        var importances = BlockImportances.Of(BlockScores.Compute(BlockTensors.Of(checkpoint, WeightSet.Matrices)));
        Gen.Int[0, 11].HashSet[0, 11].Sample(
            removed =>
            {
                var plan = PruningPlanner.Make(subject, "entropy", WeightSet.Matrices, importances, PruningTarget.Blocks([.. removed]), [], 1);
                using var model = new VideoMaeClassifier(checkpoint.Configuration with { BlockCount = plan.Kept.Count });
                ModelWeights.Load(model, checkpoint.Encoder, plan.Kept, _ => true, checkpoint.Source);
                Assert.AreEqual(model.parameters().Sum(parameter => parameter.NumberOfElements), plan.Parameters);
                Assert.AreEqual(VideoMaeCost.Of(model.Configuration).GigaFlops, plan.GigaFlops);
            },
            iter: 20);
    }

    [TestMethod]
    public void A_target_out_of_reach_names_what_can_be_reached()
    {
        double[] values = [3, 1, 2];
        var costs = new VideoMaeCosts(TinyModel.Configuration);
        var least = VideoMaeCost.Of(TinyModel.Configuration with { BlockCount = 2 }).Parameters;
        var error = Assert.ThrowsExactly<ArgumentException>(
            () => Plan(PruningTarget.Parameters(1000), values, [0], 2, costs));
        StringAssert.Contains(error.Message, "1,000 parameters");
        StringAssert.Contains(error.Message, $"{least:N0} parameters, with 1 removed");
        StringAssert.Contains(error.Message, "0 is protected");

        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Plan(PruningTarget.Count(3), values, [], 1, costs)).Message, "Remove 0 to 2");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Plan(PruningTarget.Blocks(3), values, [], 1, costs)).Message, "blocks 0 to 2");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Plan(PruningTarget.Blocks(0, 2), values, [2], 1, costs)).Message, "Block 2 is protected");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => PruningTarget.Blocks(1, 1)).Message, "named twice");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Plan(PruningTarget.GigaFlops(1e-9), values, [], 1, costs)).Message, "GFLOPs a clip");
    }

    [TestMethod]
    public void A_latency_is_measured_and_the_fewest_blocks_are_removed_for_it()
    {
        var costs = new VideoMaeCosts(Twelve);
        var all = costs.Latency([.. Enumerable.Range(0, 12)], ComputeDevice.Cpu, 1);
        Assert.IsGreaterThan(TimeSpan.Zero, all);
        double[] values = [.. Enumerable.Range(0, 12).Select(block => (double)block)];

        Assert.IsEmpty(Plan(PruningTarget.Latency(TimeSpan.FromHours(1), ComputeDevice.Cpu), values, [], 1, costs).Removed);
        var error = Assert.ThrowsExactly<ArgumentException>(
            () => Plan(PruningTarget.Latency(TimeSpan.FromTicks(1), ComputeDevice.Cpu), values, [], 1, costs));
        StringAssert.Contains(error.Message, "ms for 1 clip on cpu");
    }

    [TestMethod]
    public void A_saved_model_is_no_larger_than_the_size_that_was_aimed_at()
    {
        using var folder = new TemporaryFolder();
        var source = ReferenceData.Golden("tiny-b-half");
        foreach (var maximum in (long[])[200_000, 300_000])
        {
            var plan = Gardener.PlanPruning(new PruningOptions
            {
                Checkpoint = source,
                Target = PruningTarget.ModelBytes(maximum, TensorType.Float16),
            });
            var path = folder.File($"{maximum}.safetensors");
            plan.SaveCheckpoint(path);
            Assert.IsLessThanOrEqualTo(maximum, new FileInfo(path).Length);
            Assert.IsNotEmpty(plan.Removed);
        }
    }

    private static (PruningTarget Target, Func<int, double> Cost, double Budget) Draw(int kind, double share, int blocks, int most)
    {
        VideoMaeCost Of(int kept) => VideoMaeCost.Of(TinyModel.Configuration with { BlockCount = kept });
        // A budget between the least that can be reached and what the whole model costs.
        var kept = blocks - (int)(share * (most + 1));
        return kind switch
        {
            0 => (PruningTarget.Ratio(share), _ => 0, 0),
            1 => (PruningTarget.Count(blocks - kept), count => count, kept),
            2 => (PruningTarget.Parameters(Of(kept).Parameters), count => Of(count).Parameters, Of(kept).Parameters),
            3 => (PruningTarget.Parameters(Of(kept).Parameters + 1), count => Of(count).Parameters, Of(kept).Parameters + 1),
            4 => (PruningTarget.GigaFlops(Of(kept).GigaFlops), count => Of(count).GigaFlops, Of(kept).GigaFlops),
            _ => (PruningTarget.GigaFlops(Of(kept).GigaFlops * 1.0001), count => Of(count).GigaFlops, Of(kept).GigaFlops * 1.0001),
        };
    }

    private static PruningPlan Plan(
        PruningTarget target, double[] values, int[] protectedBlocks, int minimum, ModelCosts? costs = null)
    {
        costs ??= new VideoMaeCosts(TinyModel.Configuration);
        var importances = BlockImportances.Of(values, PruningCriterion.Entropy.RemovalOrder(values));
        return PruningPlanner.Make(
            new PlanSubject("model", "xxh128:0", null, costs), "entropy", null, importances, target, protectedBlocks, minimum);
    }
}
