namespace GardenerML.Reporting.Figures;

/// <summary>The figures of a report, by section.</summary>
internal static class ReportFigures
{
    public static IEnumerable<Figure> Of(HtmlReport report) =>
        [.. Blocks(report), .. Weights(report), .. History(report), .. Experiment(report), .. Trials(report)];

    public static IEnumerable<Figure> Blocks(HtmlReport report) =>
        report.PruningPlan is { Blocks.Count: <= BlockBarsFigure.MostBlocks } plan && plan.Blocks.Any(block => double.IsFinite(block.Value))
            ? [BlockBarsFigure.Of(plan)]
            : [];

    public static IEnumerable<Figure> Weights(HtmlReport report) => report.Weights.Count > 0 ? [WeightHistogramsFigure.Of(report.Weights)] : [];

    public static IEnumerable<Figure> History(HtmlReport report) =>
        report.TrainingHistory.Count > 0 ? LearningCurvesFigure.Of(report.TrainingHistory) : [];

    public static IEnumerable<Figure> Experiment(HtmlReport report)
    {
        if (report.Experiment is not { } experiment)
            yield break;
        yield return PruningCurvesFigure.Of(experiment);
        if (experiment.Blocks.Count > 0)
            yield return EntropyOracleFigure.Of(experiment);
    }

    public static IEnumerable<Figure> Trials(HtmlReport report) => TrialsFigure.Of(report.Trials);
}
