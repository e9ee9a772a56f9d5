using GardenerML.Checkpoints;
using GardenerML.Pruning;
using GardenerML.Tests.Sensitivity;

namespace GardenerML.Tests.Documentation;

/// <summary>The code of docs/checkpoints.md stands here between marks: it is compiled and run.</summary>
[TestClass]
public sealed class CheckpointsPageTests : IDisposable
{
    private readonly MotionSet _set = new(groups: 2);

    public void Dispose() => _set.Dispose();

    [TestMethod]
    public void The_code_that_is_shown_is_the_code_below() => ShownCode.Check("checkpoints.md", nameof(CheckpointsPageTests));

    [TestMethod]
    public void The_code_that_is_shown_opens_and_writes()
    {
        var (checkpoint, folder, file, json) = (_set.Checkpoint(), _set.File("pruned"), _set.File("pruned.safetensors"), _set.File("plan.json"));
        // <shown>
        using (var opened = VideoMaeCheckpoint.Open(checkpoint))
        {
            Console.WriteLine($"{opened.Kind}, {opened.BlockCount} blocks of width {opened.Configuration.Width}, {opened.WeightType}");
            foreach (var note in opened.Notes)
                Console.WriteLine(note);
        }
        // </shown>

        // <shown>
        var plan = Gardener.PlanPruning(new PruningOptions { Checkpoint = checkpoint, Ratio = 0.25 });
        plan.SaveCheckpoint(folder); // a Hugging Face folder that transformers 4 loads
        plan.SaveCheckpoint(file, CheckpointLayout.SingleFile); // one safetensors file with MCG-NJU's names
        plan.Save(json); // the plan alone
        // </shown>
        foreach (var written in new[] { folder, file })
        {
            using var pruned = VideoMaeCheckpoint.Open(written);
            Assert.AreEqual(2, pruned.BlockCount);
        }
        CollectionAssert.AreEqual(plan.Removed.ToArray(), PruningPlan.Load(json).Removed.ToArray());
    }
}
