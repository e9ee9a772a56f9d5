using System.Text;
using GardenerML.Pruning;
using GardenerML.Reporting;

namespace GardenerML.Samples.Reproduction;

/// <summary>The whole experiment as a page: as measured, with the published numbers beside it.</summary>
internal static class MarkdownReport
{
    private const string Missing = "-";

    /// <summary>Writes the page.</summary>
    /// <param name="result">What was measured.</param>
    /// <param name="curves">The file of the pruning curves, as the page links it.</param>
    /// <param name="blocks">The file of entropy against the oracle.</param>
    public static string Write(ReproductionResult result, string curves, string blocks)
    {
        var text = new StringBuilder();
        Introduction(text, result);
        text.Paragraph($"## Accuracy after pruning (figure 1b of the paper)");
        text.Paragraph($"![Pruning curves]({curves})");
        Wars(text, result);
        Findings(text, result);
        RemovedBlocks(text, result);
        text.Paragraph($"## Entropy and the oracle");
        text.Paragraph($"![Entropy against the oracle's loss]({blocks})");
        Blocks(text, result);
        Correlations(text, result);
        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static void Introduction(StringBuilder text, ReproductionResult result)
    {
        text.Paragraph($"# The paper's experiment in small");
        text.Paragraph($"The experiment of [arXiv 2602.03918](https://arxiv.org/abs/2602.03918), made by the verb `reproduce` of the samples: each block of a pretrained video transformer is removed in turn and what is left is fine-tuned (the oracle, which the paper calls sensitivity); then each criterion, which looks at the pretrained weights only, removes more and more blocks. Numbers are as measured; those of the paper stand beside them: for VideoMAE-B, fine-tuned on Kinetics-400, then pruned and fine-tuned on UCF101. Where model or data are others here, the order of the criteria is to be compared, not the height of the curves.");
        text.Table(["", "here"],
        [
            ["checkpoint", $"{result.Checkpoint}, {result.BlockCount} blocks"],
            ["data", result.Data],
            ["recipe", result.Recipe],
            ["seeds", string.Join(", ", result.Seeds)],
            ["trainings", FormattableString.Invariant($"{result.Trainings}, {Minutes(result.Seconds)} in all")],
        ]);
        var error = 100 * Math.Sqrt(result.Unpruned.War.Mean * (1 - result.Unpruned.War.Mean) / result.Clips);
        var random = result.Curves.Any(point => point.Criterion == ReproductionOptions.Random) ? " Random removes other blocks with each seed." : "";
        text.Paragraph($"WAR (weighted average recall) is the accuracy, on {result.Clips} clips: one clip is {100.0 / result.Clips:0.00} points, and the choice of the clips alone gives the whole model's WAR a standard error of {error:0.0} points. {(result.Seeds.Count == 1 ? "There is one seed, so there are no ranges." : "Ranges are over the seeds.")}{random} The oracle is measured on the clips that it chose by, which flatters it. Blocks are numbered from 0; the paper numbers them from 1.");
    }

    private static void Wars(StringBuilder text, ReproductionResult result)
    {
        int[] removals = [.. result.Curves.Select(point => point.Removed).Distinct()];
        text.Paragraph($"WAR in percent, mean [lowest, highest], by the number of removed blocks; the whole model has {Percent(result.Unpruned.War)}.");
        text.Table(
            ["criterion", .. removals.Select(count => $"{count}")],
            result.Curves.GroupBy(point => point.Criterion)
                .Select(curve => curve.Select(point => Percent(point.War)).Prepend(CriterionTitles.Of(curve.Key)))
                .Append(result.Curves.DistinctBy(point => point.Removed).Select(point => Text($"{point.GigaFlops:0.000}")).Prepend("GFLOPs a clip")));
        text.Paragraph($"Published (tables 7 to 12; the whole model has {PublishedResults.UnprunedWar}):");
        text.Table(
            ["criterion", .. PublishedResults.Removals.Select(count => $"{count}")],
            PublishedResults.War.Select(row => row.Value.Select(war => Text($"{war:0.00}")).Prepend(CriterionTitles.Of(row.Key))));
    }

    private static void Findings(StringBuilder text, ReproductionResult result)
    {
        var curves = result.Curves.GroupBy(point => point.Criterion).ToDictionary(curve => curve.Key, curve => curve.ToArray());
        if (!curves.TryGetValue("entropy", out var entropy))
            return;
        text.Paragraph($"Entropy less others, in points of WAR ({(result.Seeds.Count == 1 ? "of one seed, which does not tell them from chance" : "difference of the means; * where the ranges of the seeds do not overlap")}):");
        text.Table(
            ["less", .. entropy.Select(point => $"{point.Removed}"), "mean", "published mean"],
            curves.Where(curve => curve.Key != "entropy").Select(curve =>
                entropy.Zip(curve.Value).Select(pair => Difference(pair.First.War, pair.Second.War, result.Seeds.Count))
                    .Append(Text($"{100 * entropy.Zip(curve.Value).Average(pair => pair.First.War.Mean - pair.Second.War.Mean):+0.00;-0.00;0.00}"))
                    .Append(PublishedDifference(curve.Key))
                    .Prepend(CriterionTitles.Of(curve.Key))));
    }

    private static string Difference(SeedStatistic entropy, SeedStatistic other, int seeds)
    {
        // The range of one seed is a point.
        var apart = seeds > 1 && (entropy.Lowest > other.Highest || other.Lowest > entropy.Highest);
        return Text($"{100 * (entropy.Mean - other.Mean):+0.00;-0.00;0.00}") + (apart ? "*" : "");
    }

    private static string PublishedDifference(string criterion) => PublishedResults.War.TryGetValue(criterion, out var other)
        ? Text($"{PublishedResults.War["entropy"].Zip(other).Average(pair => pair.First - pair.Second):+0.00;-0.00;0.00}")
        : Missing;

    private static void RemovedBlocks(StringBuilder text, ReproductionResult result)
    {
        int[] removals = [.. result.Curves.Select(point => point.Removed).Distinct()];
        text.Paragraph($"The blocks that each further removal adds:");
        text.Table(
            ["criterion", .. removals.Select(count => $"{count}")],
            result.Curves.Where(point => point.Criterion != ReproductionOptions.Random).GroupBy(point => point.Criterion).Select(curve =>
            {
                var before = curve.Select(point => point.RemovedBlocks!).Prepend([]);
                return curve.Zip(before, (point, earlier) => string.Join(", ", point.RemovedBlocks!.Except(earlier)))
                    .Prepend(CriterionTitles.Of(curve.Key));
            }));
        text.Paragraph($"Published, numbered from 0 too:");
        text.Table(
            ["criterion", .. PublishedResults.Removals.Select(count => $"{count}")],
            PublishedResults.AddedBlocks.Select(row =>
                row.Value.Select(blocks => string.Join(", ", blocks.Select(block => block - 1))).Prepend(CriterionTitles.Of(row.Key))));
    }

    private static void Blocks(StringBuilder text, ReproductionResult result)
    {
        var comparable = result.BlockCount == PublishedResults.SingleBlockWar.Count;
        text.Paragraph($"The weight-number entropy of each block in nats with its standard error (as if weights were independent draws), and what its removal costs in points of WAR after fine-tuning. Ranks are those of removal; = is within the joint standard error of a neighbour in the order.");
        text.Table(
            ["block", "entropy", "error", "normalised", "rank", "loss", "oracle's rank", .. comparable ? ["published loss"] : Array.Empty<string>()],
            result.Blocks.Select(block => (string[])
            [
                $"{block.Index}", Text($"{block.Entropy:0.0000}"), Text($"{block.EntropyError:0.0000}"), Text($"{block.NormalizedEntropy:0.000}"),
                $"{block.EntropyRank}{(block.Tied ? " =" : "")}", Percent(block.Loss), $"{block.OracleRank}",
                .. comparable
                    ? [Text($"{PublishedResults.UnprunedWar - PublishedResults.SingleBlockWar[block.Index]:0.00}")]
                    : Array.Empty<string>(),
            ]));
    }

    private static void Correlations(StringBuilder text, ReproductionResult result)
    {
        text.Paragraph($"## Rank correlation with the oracle");
        text.Paragraph($"How well each criterion's order agrees with the mean loss of each block, from -1 to 1 (the same order), with 95% bootstrap intervals over the {result.BlockCount} blocks. Published: of the statistics that the authors published and the losses of table 4.");
        text.Table(
            ["criterion", "Spearman", "Kendall", "published Spearman"],
            result.Correlations.Select(row => (string[])
            [
                CriterionTitles.Of(row.Criterion), Correlation(row.Spearman), Correlation(row.Kendall),
                PublishedResults.Spearman.TryGetValue(row.Criterion, out var published) ? Text($"{published:0.000}") : Missing,
            ]));
        if (result.OracleAgreement is { } agreement)
            text.Paragraph($"The oracle's own losses agree between two seeds with {agreement:0.000} (mean Spearman over the pairs of seeds): where that is low, the losses are mostly noise, and no criterion can agree with them.");
    }

    // Losses that are all equal have no order.
    private static string Correlation(RankCorrelation correlation) => double.IsNaN(correlation.Value)
        ? Missing
        : Text($"{correlation.Value:0.000} [{correlation.Lower:0.000}, {correlation.Upper:0.000}]");

    private static string Percent(SeedStatistic value) => value.Lowest == value.Highest
        ? Text($"{100 * value.Mean:0.00;-0.00;0.00}")
        : Text($"{100 * value.Mean:0.00;-0.00;0.00} [{100 * value.Lowest:0.0;-0.0;0.0}, {100 * value.Highest:0.0;-0.0;0.0}]");

    private static string Minutes(double seconds) => Math.Round(seconds / 60) is var minutes && minutes == 1 ? "1 minute" : Text($"{minutes:0} minutes");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
