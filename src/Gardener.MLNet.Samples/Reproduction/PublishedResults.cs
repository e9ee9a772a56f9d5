namespace GardenerML.Samples.Reproduction;

/// <summary>
/// What arXiv 2602.03918 publishes: VideoMAE-B, fine-tuned on Kinetics-400, pruned, then fine-tuned on UCF101. The rank correlations
/// are those of the per-block statistics that its authors published with the losses of table 4.
/// </summary>
internal static class PublishedResults
{
    /// <summary>The WAR of the whole model in percent.</summary>
    public const double UnprunedWar = 91.78;

    /// <summary>How many of the twelve blocks were removed.</summary>
    public static IReadOnlyList<int> Removals { get; } = [1, 3, 5, 7, 9, 11];

    /// <summary>Table 4: the WAR in percent without each block; the first is block 0 here and 1 there.</summary>
    public static IReadOnlyList<double> SingleBlockWar { get; } =
        [46.73, 90.58, 86.14, 74.65, 88.32, 87.43, 88.51, 88.02, 90.79, 90.30, 91.09, 91.29];

    /// <summary>Tables 7 to 12: the WAR in percent by criterion, for each of <see cref="Removals"/>.</summary>
    public static IReadOnlyDictionary<string, double[]> War { get; } = new Dictionary<string, double[]>
    {
        ["sensitivity"] = [91.29, 86.63, 84.26, 78.91, 76.44, 68.81],
        ["entropy"] = [91.29, 85.54, 82.97, 79.90, 73.56, 68.81],
        ["random"] = [84.49, 76.45, 76.21, 73.70, 72.46, 62.05],
        ["mean"] = [46.73, 68.81, 72.18, 69.80, 69.01, 59.01],
        ["variance"] = [88.51, 85.25, 79.70, 78.02, 72.97, 68.81],
        ["std"] = [88.51, 85.25, 79.70, 78.02, 72.97, 68.81],
        ["l1"] = [46.73, 68.81, 72.18, 69.80, 69.01, 59.01],
        ["l2"] = [88.51, 83.56, 81.58, 78.02, 72.97, 59.01],
        ["kurtosis"] = [46.73, 64.36, 70.30, 70.40, 70.30, 58.32],
        ["mutual-information"] = [46.73, 60.99, 62.48, 65.15, 69.01, 59.01],
    };

    /// <summary>
    /// Tables 7 to 12: the blocks that each further removal adds, for each of <see cref="Removals"/>, numbered from 1 as there.
    /// </summary>
    public static IReadOnlyDictionary<string, int[][]> AddedBlocks { get; } = new Dictionary<string, int[][]>
    {
        ["sensitivity"] = [[12], [9, 11], [2, 10], [5, 7], [6, 8], [3, 4]],
        ["entropy"] = [[12], [10, 11], [7, 9], [5, 8], [3, 6], [2, 4]],
        ["mean"] = [[1], [4, 7], [6, 8], [2, 5], [3, 9], [10, 11]],
        ["variance"] = [[7], [8, 9], [5, 6], [3, 4], [2, 10], [11, 12]],
        ["std"] = [[7], [8, 9], [5, 6], [3, 4], [2, 10], [11, 12]],
        ["l1"] = [[1], [4, 7], [6, 8], [2, 5], [3, 9], [10, 11]],
        ["l2"] = [[7], [6, 8], [4, 5], [3, 9], [2, 10], [1, 11]],
        ["kurtosis"] = [[1], [4, 12], [2, 6], [7, 8], [3, 5], [9, 10]],
        ["mutual-information"] = [[1], [2, 4], [3, 6], [5, 8], [7, 9], [10, 11]],
    };

    /// <summary>Spearman's coefficient of each criterion with the losses of table 4.</summary>
    public static IReadOnlyDictionary<string, double> Spearman { get; } = new Dictionary<string, double>
    {
        ["entropy"] = 0.755,
        ["mean"] = -0.769,
        ["variance"] = -0.084,
        ["std"] = -0.084,
        ["l1"] = -0.769,
        ["l2"] = -0.420,
        ["kurtosis"] = -0.399,
        ["mutual-information"] = -0.776,
        ["value-entropy"] = -0.727,
    };
}
