namespace GardenerML.Pruning;

/// <summary>
/// Statistics of the weights of one transformer block. What the criterion did not need is null, unless all statistics were asked
/// for. Entropies are in nats.
/// </summary>
public sealed record BlockStatistics
{
    /// <summary>The block's number, from 0.</summary>
    public required int Block { get; init; }

    /// <summary>The number of weights, N.</summary>
    public required long Weights { get; init; }

    /// <summary>Entropy on the fp16 grid: the weights rounded to fp16, distinct numbers counted.</summary>
    public EntropyEstimate? HalfGridEntropy { get; init; }

    /// <summary>Entropy of the distinct stored values.</summary>
    public EntropyEstimate? ExactEntropy { get; init; }

    /// <summary>Entropy over K equal bins of the range that all blocks share, by K.</summary>
    public IReadOnlyDictionary<int, EntropyEstimate> UniformSharedEntropy { get; init; } = new Dictionary<int, EntropyEstimate>();

    /// <summary>Entropy over K equal bins of the block's own range, by K.</summary>
    public IReadOnlyDictionary<int, EntropyEstimate> UniformOwnEntropy { get; init; } = new Dictionary<int, EntropyEstimate>();

    /// <summary>Moments of the weights.</summary>
    public WeightMoments? Moments { get; init; }

    /// <summary>
    /// The mean over the other blocks k of H(l) + H(k) - H(l and k concatenated), on the fp16 grid; 0 for a single block.
    /// </summary>
    public double? MeanMutualInformation { get; init; }

    /// <summary>The statistics that were computed, by short names such as halfGridEntropy, meanAbs or uniformShared256Entropy.</summary>
    public IReadOnlyDictionary<string, double> ToNamedValues()
    {
        var values = new Dictionary<string, double> { ["n"] = Weights };
        if (ExactEntropy is { } exact)
            values["exactEntropy"] = exact.Value;
        if (HalfGridEntropy is { } half)
        {
            values["halfGridEntropy"] = half.Value;
            values["halfGridEntropyError"] = half.StandardError;
            values["efficiency"] = half.Efficiency;
            values["distinctHalf"] = half.Distinct;
        }
        if (Moments is { } moments)
        {
            if (moments.ValueEntropy is { } value)
                values["valueEntropy"] = value;
            values["maxAbs"] = moments.MaximumAbsolute;
            values["meanAbs"] = moments.MeanAbsolute;
            values["varAbs"] = moments.VarianceAbsolute;
            values["stdAbs"] = moments.StandardDeviationAbsolute;
            values["excessKurtosis"] = moments.ExcessKurtosis;
            values["l1"] = moments.L1;
            values["l2"] = moments.L2;
        }
        foreach (var (bins, entropy) in UniformSharedEntropy)
            values[$"uniformShared{bins}Entropy"] = entropy.Value;
        foreach (var (bins, entropy) in UniformOwnEntropy)
            values[$"uniformOwn{bins}Entropy"] = entropy.Value;
        if (MeanMutualInformation is { } information)
            values["meanMutualInformation"] = information;
        return values;
    }
}
