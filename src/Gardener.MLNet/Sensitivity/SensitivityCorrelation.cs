using GardenerML.Pruning;

namespace GardenerML.Sensitivity;

/// <summary>
/// How well a criterion's order of removal agrees with the measured loss of accuracy; 1 is the same order.
/// </summary>
/// <param name="Criterion">The criterion's name.</param>
/// <param name="Spearman">Spearman's coefficient, with a bootstrap interval over the blocks.</param>
/// <param name="Kendall">Kendall's tau-b, with a bootstrap interval over the blocks.</param>
public sealed record SensitivityCorrelation(string Criterion, RankCorrelation Spearman, RankCorrelation Kendall);
