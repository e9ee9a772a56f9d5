using GardenerML.Pruning;

namespace GardenerML.Reporting;

/// <summary>How well a criterion's order agrees with the mean loss that the oracle measured; 1 is the same order.</summary>
/// <param name="Criterion">The criterion's name.</param>
/// <param name="Spearman">Spearman's coefficient, with a 95% bootstrap interval over the blocks.</param>
/// <param name="Kendall">Kendall's tau-b, with a 95% bootstrap interval over the blocks.</param>
public sealed record CriterionCorrelation(string Criterion, RankCorrelation Spearman, RankCorrelation Kendall);
