namespace GardenerML.Pruning;

/// <summary>Which statistics have to be computed.</summary>
internal sealed record StatisticNeeds
{
    public static StatisticNeeds All { get; } = new()
    {
        HalfGrid = true,
        Moments = true,
        ValueEntropy = true,
        Exact = true,
        MutualInformation = true,
        SharedBins = [64, 256, 1024],
        OwnBins = [64, 256, 1024],
    };

    public bool HalfGrid { get; init; }

    public bool Moments { get; init; }

    public bool ValueEntropy { get; init; }

    public bool Exact { get; init; }

    public bool MutualInformation { get; init; }

    public int[] SharedBins { get; init; } = [];

    public int[] OwnBins { get; init; } = [];

    public StatisticNeeds Union(StatisticNeeds other) => new()
    {
        HalfGrid = HalfGrid || other.HalfGrid,
        Moments = Moments || other.Moments,
        ValueEntropy = ValueEntropy || other.ValueEntropy,
        Exact = Exact || other.Exact,
        MutualInformation = MutualInformation || other.MutualInformation,
        SharedBins = [.. SharedBins.Union(other.SharedBins)],
        OwnBins = [.. OwnBins.Union(other.OwnBins)],
    };
}
