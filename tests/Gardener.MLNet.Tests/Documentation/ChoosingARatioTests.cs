using GardenerML.Pruning;
using GardenerML.Sensitivity;
using GardenerML.Tests.Sensitivity;
using GardenerML.Training;
using Microsoft.ML;

namespace GardenerML.Tests.Documentation;

/// <summary>The code of docs/choosing-a-ratio.md stands here between marks: it is compiled and run.</summary>
[TestClass]
public sealed class ChoosingARatioTests : IDisposable
{
    private readonly MotionSet _set = new(groups: 2);

    public void Dispose() => _set.Dispose();

    [TestMethod]
    public void The_code_that_is_shown_is_the_code_below() => ShownCode.Check("choosing-a-ratio.md", nameof(ChoosingARatioTests));

    [TestMethod]
    public void The_code_that_is_shown_plans_and_measures()
    {
        var (mlContext, checkpoint, training, validation) = (_set.Context, _set.Checkpoint(), _set.Training, _set.Test);
        // <shown>
        var options = new PruningOptions { Checkpoint = checkpoint };
        foreach (var ratio in new[] { 0.1, 0.25, 0.5 })
        {
            var plan = Gardener.PlanPruning(options with { Target = PruningTarget.Ratio(ratio) });
            Console.WriteLine($"{ratio}: without blocks {string.Join(", ", plan.Removed)}: {plan.Parameters:N0} parameters");
        }
        // </shown>

        // <shown>
        var measured = mlContext.MulticlassClassification.MeasureSensitivity(validation, new SensitivityOptions
        {
            Checkpoint = checkpoint,
            TrainingSet = training, // null measures without fine-tuning: minutes instead of hours
            Training = new VideoClassifierOptions { Epochs = 2, WarmupEpochs = 1 },
            Target = PruningTarget.Ratio(0.25),
        });
        Console.WriteLine(measured.Correlate(Gardener.Score(checkpoint)).Spearman); // how well entropy foretells it
        var prune = mlContext.Transforms.GardenerPrune(new PruningOptions { Checkpoint = checkpoint, Plan = measured.Plan });
        // </shown>
        var trainer = mlContext.MulticlassClassification.Trainers.VideoClassifier(new VideoClassifierOptions { Epochs = 1, WarmupEpochs = 0 });
        using var model = prune.Append(trainer).Fit(training);
        CollectionAssert.AreEqual(measured.Plan.Removed.ToArray(), model.LastTransformer.PruningPlan!.Removed.ToArray());
    }
}
