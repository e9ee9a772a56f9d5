namespace GardenerML.Pruning;

/// <summary>A row of <see cref="PruningPlan.ToDataView"/>; ML.NET reads its properties.</summary>
internal sealed class PruningPlanRow(PruningPlan plan, BlockImportance block)
{
    public int Block { get; } = block.Index;

    public long Weights { get; } = block.Weights;

    public double Value { get; } = block.Value;

    public double StandardError { get; } = block.StandardError ?? double.NaN;

    public double NormalizedValue { get; } = block.NormalizedValue;

    public double Efficiency { get; } = block.Efficiency ?? double.NaN;

    public int RemovalRank { get; } = block.RemovalRank;

    public bool Tied { get; } = block.Tied;

    public bool Removed { get; } = plan.Removed.Contains(block.Index);
}
