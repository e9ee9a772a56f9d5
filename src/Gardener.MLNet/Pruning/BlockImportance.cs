namespace GardenerML.Pruning;

/// <summary>What a criterion saw of a block.</summary>
/// <param name="Index">The block's number, from 0.</param>
/// <param name="Weights">How many weights were looked at.</param>
/// <param name="Value">The criterion's value, in the criterion's unit (nats for entropies).</param>
/// <param name="RemovalRank">Its place in the order of removal, from 0.</param>
public sealed record BlockImportance(int Index, long Weights, double Value, int RemovalRank);
