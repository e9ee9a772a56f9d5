namespace GardenerML.Reporting;

/// <summary>What the entropy and the oracle say of a block.</summary>
/// <param name="Index">The block's number, from 0.</param>
/// <param name="Entropy">Its weight-number entropy in nats.</param>
/// <param name="EntropyError">The standard error of it, as if weights were independent draws.</param>
/// <param name="NormalizedEntropy">The entropy scaled so that the lowest block has 0 and the highest 1.</param>
/// <param name="EntropyRank">Its place in the order of removal by entropy, from 1.</param>
/// <param name="Tied">Whether its entropy is within the joint standard error of a neighbour in that order.</param>
/// <param name="Loss">What its removal costs in accuracy.</param>
/// <param name="OracleRank">Its place in the order of removal by the oracle, from 1.</param>
public sealed record OracleBlock(
    int Index, double Entropy, double EntropyError, double NormalizedEntropy, int EntropyRank, bool Tied, SeedStatistic Loss, int OracleRank);
