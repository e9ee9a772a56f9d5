using GardenerML.Training;

namespace GardenerML.Reporting;

/// <summary>A model in a few lines.</summary>
internal static class ModelFacts
{
    public static IReadOnlyList<ReportFact> Of(VideoClassifierTransformer classifier)
    {
        var model = classifier.Model.Configuration;
        var facts = new List<ReportFact>
        {
            new("Classes", classifier.ClassNames.Count is > 0 and <= 24 ? string.Join(", ", classifier.ClassNames) : $"{model.ClassCount}"),
            new("Clip", $"{model.FrameCount} frames of {model.ImageSize} x {model.ImageSize} pixels"),
            new("Model", $"VideoMAE, {model.BlockCount} blocks of width {model.Width} with {model.HeadCount} heads, patches of {model.PatchSize} x {model.PatchSize}"),
        };
        if (classifier.PruningPlan is { } plan)
        {
            facts.Add(new("Made from", plan.Checkpoint));
            facts.Add(new("Pruning", $"{plan.Removed.Count} of {plan.Blocks.Count} blocks removed by {CriterionTitles.Of(plan.Criterion)} (target: {plan.Target})"));
            if (plan.Removed.Count > 0)
                facts.Add(new("Removed blocks", BlockList.Text(plan.Removed)));
        }
        return facts;
    }
}
